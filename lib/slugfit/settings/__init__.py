"""What the user set, and the facts of this run."""
