"""What there is to say: text, JSON, why, advice, the last build."""
