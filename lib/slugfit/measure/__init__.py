"""The slug as a tar stream, and its size by distribution and rule."""
