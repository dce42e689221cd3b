"""Tests of the report, a file per section."""
