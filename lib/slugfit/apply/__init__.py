"""The change made to the tree, as one transaction that can be put back."""
