"""The models that can be trained: one file each, registered in MODELS."""
