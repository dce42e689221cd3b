"""Tests of the git side of the stand-in for GitLab."""
