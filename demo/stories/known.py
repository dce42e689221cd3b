"""The stories that can be told of a task, which follow from its input."""

from collections.abc import Mapping

from demo.errors import UnknownShift
from demo.inputs.known import demo_input
from demo.stories.bad_labels import BadLabels
from demo.stories.history import History
from demo.stories.late_labels import LateLabels
from demo.stories.mix import Mix
from demo.stories.noisy_labels import HumanLabelled, NoisyLabels
from demo.stories.nothing import Nothing
from demo.stories.shifted import Shifted
from demo.stories.slow import Slow
from demo.stories.story import Story
from training.task.task import Task

TIME, MIX, SLOW = "time", "mix", "slow"
LATE_LABELS, NOISY_LABELS = "late-labels", "noisy-labels"
# Before the name of a column, if a shift is wanted of that one.
OF_COLUMN = ":"


def stories(task: Task) -> Mapping[str, Story]:
    """Return the stories by the name of their shift; the first is the default."""
    demo = demo_input(task.input)
    found: dict[str, Story] = {}
    if demo.time is not None:
        found[TIME] = History(demo.time)
    if demo.topics and task.output.labels:
        found[MIX] = Mix(task.output.labels[-1], lookback=demo.lookback)
    for name, shift in demo.shifts.items():
        found[name] = Shifted(name, shift, lookback=demo.lookback)
    if demo.steps:
        found[SLOW] = Slow(demo.steps, lookback=demo.lookback)
    if demo.shifts:
        name, shift = next(iter(demo.shifts.items()))
        found[LATE_LABELS] = LateLabels(name, shift, lookback=demo.lookback)
    if isinstance(task, HumanLabelled):
        found[NOISY_LABELS] = NoisyLabels(task.human)
    return {**found, "none": Nothing(), "bad-labels": BadLabels()}


def chosen_story(wish: str, name: str, task: Task) -> tuple[str, Story]:
    """Return a story and its shift's name.

    wish: the name, perhaps with a column such as `unit:age`; empty for the default.
    name: of the task.  Raises UnknownShift.
    """
    known = stories(task)
    shift, separator, column = wish.partition(OF_COLUMN)
    demo = demo_input(task.input)
    if separator and shift in demo.shifts:
        found = Shifted(shift, demo.shifts[shift], lookback=demo.lookback, column=column)
        return wish, found
    if wish and wish not in known:
        raise UnknownShift(wish, name, {each: story.about for each, story in known.items()})
    shift = wish or next(iter(known))
    return shift, known[shift]
