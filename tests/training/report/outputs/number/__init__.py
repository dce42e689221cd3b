"""What reports say of numbers."""
