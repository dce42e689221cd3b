"""The stream made."""
