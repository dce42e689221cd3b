"""The recording rules."""
