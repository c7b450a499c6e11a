"""The commands: options beside what they do."""
