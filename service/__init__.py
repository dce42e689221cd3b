"""Run a bundle behind HTTP, count its signals, keep its predictions and feedback."""
