"""Rows of a toy kind of input, with labels of a toy kind of output."""
