"""What every other part builds on: it imports the standard library and nothing else."""
