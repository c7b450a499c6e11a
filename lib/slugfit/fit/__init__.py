"""A slug brought under its limit with the least drastic actions that do it."""
