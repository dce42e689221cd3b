"""The name, type, labels and help of every metric."""
