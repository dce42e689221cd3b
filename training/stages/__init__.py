"""The stages of DVC's pipeline, a file each."""
