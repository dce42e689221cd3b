"""What can happen in a demo, one file per story."""
