"""The task bikes."""
