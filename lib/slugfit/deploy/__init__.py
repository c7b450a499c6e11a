"""What ends up in an app: the hook, the vendored file, the processes' variables."""
