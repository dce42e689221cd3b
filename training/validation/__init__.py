"""Validates rows before anything is trained on them: the rules and their findings."""
