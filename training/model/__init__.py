"""The interface of a model, its parameters, and what finds models by their names."""
