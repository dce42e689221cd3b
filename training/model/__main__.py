"""List the models, each as a block for params.yaml: `python -m training.model`."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from training.command_line import run
from training.model import found
from training.model.model import Model


def block(name: str, model: Model[Any]) -> str:
    """Return what a task says of a model under `train`, with the values of its trial."""
    kinds = f"{', '.join(sorted(model.inputs))} → {', '.join(sorted(model.outputs))}"
    lines = [f"model: {name} # {kinds}", "parameters:"]
    values = model.trial.model_dump(mode="json")
    for key, field in model.Parameters.model_fields.items():
        lines.append(f"  {key}: {values[key]} # {field.description}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every model."""
    argparse.ArgumentParser(prog="python -m training.model", description=__doc__).parse_args(
        arguments
    )
    print("\n\n".join(block(name, found.find(name)) for name in found.names()))


if __name__ == "__main__":
    sys.exit(run(main))
