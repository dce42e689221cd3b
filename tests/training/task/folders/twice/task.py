"""A task with labels that no bundle can have."""

from perennial.kinds.outputs.classes import ClassesOutput

OUTPUT = ClassesOutput(labels=("yes", "no", "yes"))
