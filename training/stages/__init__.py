"""The stages of the DVC pipeline, one per file."""
