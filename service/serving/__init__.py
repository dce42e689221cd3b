"""Loaded bundles: which one serves, and how its requests become batches."""
