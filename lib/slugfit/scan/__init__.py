"""What is there: the tree, its layout, distributions, modules, the app and its lists."""
