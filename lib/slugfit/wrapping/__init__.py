"""Around the standard buildpack's run: what it installs, and the wheels it compiled."""
