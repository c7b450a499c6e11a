"""What happens to each file, decided from facts alone."""
