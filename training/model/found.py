"""Finds the models: every file in training/models is one, except those named `_…`."""

import importlib
import inspect
import pkgutil
from typing import Any

from perennial.errors import Described
from training.errors import BadModel
from training.model.model import Model

# By its name, since models import this package.
PACKAGE = "training.models"


def names() -> list[str]:
    """Return the names of all models, without importing them."""
    folder = importlib.import_module(PACKAGE).__path__
    return sorted(file.name for file in pkgutil.iter_modules(folder) if file.name[0] != "_")


def find(name: str) -> Model[Any]:
    """Return a model by its name, one of `names()`. Raises BadModel.

    >>> [name for name in names() if not find(name).inputs]
    []
    """
    module = importlib.import_module(f"{PACKAGE}.{name}")
    models = [
        found
        for found in vars(module).values()
        if inspect.isclass(found)
        and issubclass(found, Model)
        and found.__module__ == module.__name__
    ]
    if len(models) != 1:
        got = Described(", ".join(sorted(found.__name__ for found in models)) or "none")
        raise BadModel(module.__name__, got, "one subclass of Model")
    model: Model[Any] = models[0]()
    return model
