"""What kept code refers to, and what the app's start loads."""
