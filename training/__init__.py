"""Turn data into a model, a model into a bundle, and two bundles into a verdict."""
