"""Tests of the cost benchmark, one file per file of it."""
