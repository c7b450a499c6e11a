"""What the app never reaches: distributions, and packages of them, by a closure from the app."""
