"""Measures what a model costs to train and how long it takes to answer."""
