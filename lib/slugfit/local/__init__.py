"""A slug built and booted on this machine."""
