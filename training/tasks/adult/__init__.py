"""The task adult."""
