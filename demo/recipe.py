"""What the example merge requests change, for tasks with each model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo.errors import NoRecipe

VERSION = "export.version"
Change = Mapping[str, object]


@dataclass(frozen=True)
class Example:
    """A merge request: what it changes, and whether its author trained before pushing.

    merged: it is merged into main before the next one.
    """

    name: str
    title: str
    change: Change
    trained: bool = True
    merged: bool = False


@dataclass(frozen=True)
class Recipe:
    """How a task's shipped model becomes main's first, worse, and another; each with its title.

    first: what main's model is like, which leaves room for the shipped one to be better.
    """

    first: Change
    better: str
    worse: tuple[str, Change]
    other: tuple[str, Change]

    def main(self) -> Change:
        """Return the parameters of main's first model; a retrain has raised this tree's version."""
        return {VERSION: "1.0.0", **self.first}

    def examples(self, shipped: Mapping[str, Any]) -> tuple[Example, ...]:
        """Return the examples in their order; shipped: the block `train` of the tree."""
        worse, other = self.worse, self.other
        energy = {"train.watts_per_core": 12, VERSION: "1.1.1"}
        return (
            Example("improves", self.better, {"train": shipped, VERSION: "1.1.0"}, merged=True),
            Example("harms", worse[0], {**worse[1], VERSION: "1.2.0"}),
            Example("nothing", "Estimate energy at 12 W per core", energy),
            Example("stale", other[0], other[1], trained=False),
        )


# By the shipped model's name.
RECIPES = {
    "cnn": Recipe(
        first={
            "train.model": "linear",
            "train.parameters": {"inverse_regularisation": 0.1, "iterations": 2000},
        },
        better="Take the network",
        worse=("Train for one epoch", {"train.parameters.epochs": 1}),
        other=("Drop fewer activations", {"train.parameters.dropout": 0.25}),
    ),
    "boosting": Recipe(
        first={"train.parameters.trees": 10},
        better="Take more trees",
        worse=("Take three trees", {"train.parameters.trees": 3}),
        other=("Take smaller trees", {"train.parameters.leaves": 24}),
    ),
}


def recipe(model: str) -> Recipe:
    """Return the recipe of tasks with a model. Raises NoRecipe."""
    if model not in RECIPES:
        raise NoRecipe(model, RECIPES)
    return RECIPES[model]
