"""A change, as a pull request shows it: two revisions beside each other, and the comment."""
