"""What one build leaves in the build cache for the next: its plan, its sizes, its proof."""
