"""Texts of a few words."""
