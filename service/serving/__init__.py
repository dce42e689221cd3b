"""Loaded bundles: which one serves, and how its requests are batched."""
