"""Tests of the registry, a file per verb."""
