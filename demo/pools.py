"""The real digits that the demo sends; no model was trained on them."""

from pathlib import Path

import numpy as np

from demo.shifts import Shift
from demo.traffic import Pool
from perennial.kinds.input_kind import InputKind
from training.artifacts.splits import Split, file_of


def pools(prepared: Path, kind: InputKind, shift: Shift) -> dict[str, Pool]:
    """Return the test digits as traffic: `calm`, `drifted` and `unseen`.

    No model was trained on them; `calm` is all of them. Digits sent during drift are collected and
    trained on, so accuracy after the retrain is measured on others: `unseen` shares no digit with
    `drifted`.
    """
    test = Split.read(file_of(prepared, "test"), kind)
    images, labels = test.inputs, test.labels
    cut = int(len(images) * 0.7)
    rng = np.random.default_rng(11)

    def pool(rows: slice, *, shifted: bool) -> Pool:
        chosen, truth = images[rows], labels[rows]
        if not shifted:
            return Pool(chosen, truth, truth)
        sent = rng.permutation(truth) if shift.labels_scrambled else truth
        return Pool(shift.images(chosen), truth, sent)

    return {
        "calm": pool(slice(None), shifted=False),
        "drifted": pool(slice(None, cut), shifted=True),
        "unseen": pool(slice(cut, None), shifted=True),
    }
