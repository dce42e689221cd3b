"""The gate's rules, one a file: each returns a reason with figures, or None."""
