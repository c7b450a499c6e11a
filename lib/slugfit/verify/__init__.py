"""Does everything still work? Tried in a child, by the app's own interpreter."""
