"""The commands, one function each: options in, work done, text out, exit code back."""
