"""The trainings that benchmarks/tracking.py repeats: half a second of texts, seconds of images."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from training.artifacts.splits import Split
from training.model import found
from training.model.model import Rows
from training.tasks import TASKS
from training.trackers.tracker import Tracker

SEED = 20261129
# The study's text run: this many training rows and words give its accuracy in its half a second.
TEXTS, WORDS = 6000, 5000
PICTURES, WATCHED, EPOCHS = 1250, 250, 10

Figures = Mapping[str, float]
# Trains, tells the tracker, and returns the final figures.
Train = Callable[[Tracker], Figures]


def some(task: str, rows: int) -> tuple[Split, Split]:
    """Return some of a task's training rows, shuffled, and its publisher's test rows."""
    given = TASKS[task].load()
    if given.held_out is None:
        raise ValueError(f"{task}: expected test rows that its publisher set aside")
    every = Split.of_base(TASKS[task], given)
    order = np.random.default_rng(SEED).permutation(np.flatnonzero(~given.held_out))
    return every.where(order[:rows]), every.where(np.flatnonzero(given.held_out))


def texts() -> Train:
    """Return the training of TF-IDF with a logistic regression on AG News."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score

    train, test = some("news", TEXTS)
    learnt, asked = (split.table.column(0).to_pylist() for split in (train, test))

    def run(tracker: Tracker) -> Figures:
        with threadpool_limits(1):  # threads make so small a problem slower
            words = TfidfVectorizer(max_features=WORDS)
            model = LogisticRegression(max_iter=200)
            model.fit(words.fit_transform(learnt), train.labels)
            answers = model.predict(words.transform(asked))
        score = float(accuracy_score(test.labels, answers))
        figures = {"accuracy": score, "f1": float(f1_score(test.labels, answers, average="macro"))}
        tracker.log(figures, step=1)
        return figures

    return run


def images() -> Train:
    """Return the training of a small convolutional network on a part of CIFAR-10."""
    train, test = some("cifar10", PICTURES)
    watched = test.where(np.arange(WATCHED))
    model: Any = found.find("cnn")
    changes = {"epochs": EPOCHS, "seed": SEED, "scale": 255.0, "filters": 16, "halvings": 3}
    changes |= {"batch_size": 32, "learning_rate": 0.003}
    numbers = model.trial.model_copy(update=changes)
    task = TASKS["cifar10"]

    def run(tracker: Tracker) -> Figures:
        last: dict[str, float] = {}
        step = 0

        def log(figures: Figures, *, epochs: int | None = None) -> None:
            nonlocal step
            step += 1
            last.update({name: float(value) for name, value in figures.items()})
            tracker.log(last, step=step)

        model.fit(Rows(train, watched), task.input, task.output, numbers, log)
        return last

    return run


WORK: Mapping[str, Callable[[], Train]] = {"text": texts, "images": images}
