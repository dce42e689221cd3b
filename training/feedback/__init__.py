"""Turns labelled predictions into training rows."""
