"""Around the wrapped buildpack's run: what it is to install, and the wheels that it compiled."""
