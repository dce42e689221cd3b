"""The task cifar10."""
