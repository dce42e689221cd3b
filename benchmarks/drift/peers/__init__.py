"""What the rule is compared with: one library per file, each imported only when it is run."""
