"""What a file is, told from what is in it and beside it, not from what it is called."""
