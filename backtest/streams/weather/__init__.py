"""The stream weather."""
