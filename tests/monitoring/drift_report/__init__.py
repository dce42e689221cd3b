"""The report on drift: its table and its page."""
