"""Writes docs/results.md: a table for each study, its figures beside ours."""

from collections.abc import Mapping
from typing import Any

from benchmarks.papers.runs import RUNS
from benchmarks.results import table

HEADER = ["model", "rows", "accuracy (95 % interval)", "precision", "recall", "macro F1"]
HEADER += ["training, s", "processor, s", "bundle, MB", "answers/s", "p50, ms", "p99, ms"]
NOT_RUN = "not run"
# As printed; rows: that they were trained on.
PUBLISHED: Mapping[str, list[list[Any]]] = {
    "news": [
        ["published: RNN", "120,000", "0.875"],
        ["published: LSTM", "120,000", "0.909"],
        ["published: ELECTRA, trained before", "120,000", "0.927"],
        ["published: DistilBERT, trained before", "120,000", "0.936"],
        [
            "published: TF-IDF, logistic regression (tracking study)",
            "–",
            "0.855",
            "–",
            "–",
            "0.853",
        ],
    ],
    "cifar10": [["published: CNN", "50,000", "0.677–0.680", "–", "–", "–", "about 124"]],
}
TITLES = {
    "news": "AG News: 10,000 training rows, the official 7,600 test rows",
    "cifar10": "CIFAR-10: 50,000 training rows, the official 10,000 test rows",
}
EPOCHS_OF = "digits-cnn"
EPOCHS = """## Handwritten digits: twenty epochs

The study of GitLab pipelines plots 20 epochs of its own model. Ours is the shipped task `digits`,
so only the form is comparable like for like. Every merge request report has these figures, in
`Everything else`, and their curves ([one](../README.md#proof)). After {rows:,}
training rows, the accuracy on test rows is {accuracy:.4f} ({accuracy_low:.4f}–{accuracy_high:.4f}).
"""
CURVES = {
    "epoch": "epoch",
    "accuracy": "accuracy, training",
    "val_accuracy": "accuracy, validation",
    "loss": "loss, training",
    "val_loss": "loss, validation",
}
LAST: list[Any] = ["published, 20", "1.00", "0.966", "–", "–"]
INTRODUCTION = """# Models of three studies, run here

`make results` trains each model through this project's own stages, exports and serves its bundle,
and writes this page from [benchmarks/papers](../benchmarks/papers). A model whose figures are there
is not trained again while its parameters stay as they are, unless it is named
(`make results RUNS=news-ngrams`).

Models are trained **from scratch** unless a line says that others trained the weights before.
*Training* is the time that fitting took on two processor cores; *processor* is its processor time,
which other programs on the machine change less. The parts of `ngrams` were chosen by
cross-validation on the training rows, but about 25 mixes of them were scored on the test rows too,
and so were the two shifts of `residual`'s training images that were tried, 4 pixels and 2, and
early epochs of smaller images once; how many was tried on 10,000 of the training rows.
*Answers/s*: of `/predict` with 16 connections; *p50* and *p99*: with one. Published figures are of
other machines, and those of the news study of twelve times as many training rows. Its ELECTRA and
DistilBERT were not run: their weights have to be downloaded, and `transformer` reads BERT's only.
"""


def page(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page; found: the figures of the runs that there are, by name."""
    parts = [INTRODUCTION]
    for task, title in TITLES.items():
        names = [name for name, run in RUNS.items() if run.task == task]
        lines = [_line(name, found.get(name)) for name in names]
        rows = [line + ["–"] * (len(HEADER) - len(line)) for line in [*lines, *PUBLISHED[task]]]
        parts.append(f"## {title}\n\n{table(HEADER, rows)}\n")
    if EPOCHS_OF in found:
        parts.append(_epochs(found[EPOCHS_OF]))
    busy = [name for name, each in found.items() if each["load"] > 3]
    if busy:
        parts.append(f"Trained while other programs used the machine: {', '.join(busy)}.\n")
    return "\n".join(parts)


def _line(name: str, figures: Mapping[str, Any] | None) -> list[Any]:
    run = RUNS[name]
    title = f"`{run.model}`: {run.about}"
    if figures is None:
        return [f"{title} ({NOT_RUN})"]
    ends = (figures["accuracy_low"], figures["accuracy_high"])
    return [
        title,
        f"{figures['rows']:,}",
        "{:.4f} ({:.4f}–{:.4f})".format(figures["accuracy"], *ends),
        *(f"{figures[of]:.3f}" for of in ("precision", "recall", "f1")),
        *(f"{figures[of]:,.0f}" for of in ("training_seconds", "processor_seconds")),
        f"{figures['bundle_megabytes']:.1f}",
        *(_rounded(figures.get(of)) for of in ("answers_per_second", "p50_ms", "p99_ms")),
    ]


def _epochs(figures: Mapping[str, Any]) -> str:
    """Return the section with the figures of each epoch."""
    rows: list[list[Any]] = [
        [int(of["epoch"]), *(f"{of[name]:.3f}" for name in list(CURVES)[1:])]
        for of in figures["history"]
    ]
    return EPOCHS.format(**figures) + "\n" + table(list(CURVES.values()), [*rows, LAST]) + "\n"


def _rounded(value: float | None) -> str:
    """Return a figure with three digits.

    >>> _rounded(1234.5), _rounded(0.4567), _rounded(None)
    ('1,234', '0.46', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
