"""Replays labelled history through the decisions of the loop."""
