"""Tests of the task adult."""
