"""Kinds of input and of output: each is one file that owns everything in which it differs."""
