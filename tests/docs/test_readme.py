"""The README's first example can be pasted."""

import json

import numpy as np
from sklearn.datasets import load_digits

from tests.docs.environment import ROOT


def test_the_example_is_a_real_digit_with_the_label_that_the_readme_sends() -> None:
    """docs/digit.json is a request for /predict with a row that scikit-learn calls a 0."""
    (row,) = json.loads((ROOT / "docs" / "digit.json").read_text(encoding="utf-8"))["instances"]
    found = (load_digits().images == np.asarray(row)).all(axis=(1, 2))
    assert load_digits().target[found].tolist() == [0]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "-d @docs/digit.json" in text and '"label": "0"}' in text
