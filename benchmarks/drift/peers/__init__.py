"""The peers of the rule: one library per file, imported only when it is run."""
