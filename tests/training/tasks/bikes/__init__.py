"""Tests of the task bikes."""
