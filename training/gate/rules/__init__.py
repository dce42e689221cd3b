"""The gate's rules, one per file: each returns a reason with figures, or None."""
