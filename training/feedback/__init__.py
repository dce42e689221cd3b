"""Labelled predictions become training rows."""
