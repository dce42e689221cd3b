"""A small scikit-learn model per kind of rows, adjusted on rows that it was not fitted to."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.drift.data import Inputs, Rows
from benchmarks.drift.frame import Floats
from perennial.kinds.output_kind import OutputKind, Truths


def _tabular(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=15, random_state=seed)


def _image(seed: int) -> Any:
    from sklearn.decomposition import PCA
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    network = MLPClassifier((128,), alpha=0.3, max_iter=60, random_state=seed)
    return make_pipeline(FunctionTransformer(_flat), PCA(40, random_state=seed), network)


def _flat(images: Inputs) -> Inputs:
    return images.reshape(len(images), -1)


def _text(seed: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(min_df=2, sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=5.0, max_iter=300))


MODELS: dict[str, Callable[[int], Any]] = {"tabular": _tabular, "image": _image, "text": _text}


def fit(rows: Rows, *, seed: int) -> Callable[[Inputs], Floats]:
    """Return a function from inputs to values, adjusted on a fifth of the training rows."""
    given = (rows.train, rows.train_labels)
    if rows.output.quantiles:
        return _numbers(rows.output, *given, seed=seed)
    return _probabilities(MODELS[rows.kind], *given, seed=seed)


def _numbers(
    output: OutputKind, inputs: Inputs, labels: Truths, *, seed: int
) -> Callable[[Inputs], Floats]:
    """Return a function to answers with intervals, each end a quantile of its own."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    cut = len(labels) * 4 // 5
    low, centre, high = (
        HistGradientBoostingRegressor(
            loss="quantile", quantile=level, max_iter=60, max_leaf_nodes=15, random_state=seed
        ).fit(inputs[:cut], labels[:cut])
        for level in output.quantiles
    )

    def raw(some: Inputs) -> Floats:
        return np.stack([model.predict(some) for model in (centre, low, high)], axis=1)

    adjustment = output.adjustment(raw(inputs[cut:]), labels[cut:])
    return lambda some: adjustment.apply(raw(some))


def _probabilities(
    model_of: Callable[[int], Any], inputs: Inputs, labels: Truths, *, seed: int
) -> Callable[[Inputs], Floats]:
    """Return a function to calibrated probabilities."""
    import warnings

    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.frozen import FrozenEstimator

    cut = len(labels) * 4 // 5
    with warnings.catch_warnings():
        # Few iterations are enough, because accuracy is not compared.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = model_of(seed).fit(inputs[:cut], labels[:cut])
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method="temperature")
    calibrated.fit(inputs[cut:], labels[cut:])

    def predict(rows: Inputs) -> NDArray[np.float64]:
        probabilities: Floats = np.asarray(calibrated.predict_proba(rows), dtype=np.float64)
        return probabilities

    return predict
