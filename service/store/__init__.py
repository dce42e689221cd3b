"""Predictions and feedback in the database."""
