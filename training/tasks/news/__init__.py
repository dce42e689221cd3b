"""The task news."""
