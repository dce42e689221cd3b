"""Tests of making a task from a file."""
