"""Tests of the service, one file per file of it."""
