"""Trees of scikit-learn's histogram boosting as a node of ONNX; skl2onnx 1.20 cannot write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.models._onnx import Graph


@dataclass(frozen=True)
class Head:
    """The trees of one estimator.

    rounds: of boosting, each with a tree for each value that the estimator computes.
    base: what these values start from.  first: the place of the first among the model's values.
    """

    rounds: Sequence[Sequence[Any]]
    base: NDArray[np.float64]
    first: int


def add_trees(graph: Graph, rows: str, heads: Sequence[Head], *, width: int, made: str) -> str:
    """Add what sums up all trees for rows of float64; return its result's name.

    Thresholds and sums are float64, as in scikit-learn, so that a row that lies on a split goes
    the same way.
    width: how many values the heads have in all.
    """
    trees = [
        (tree.nodes, head.first + place)
        for head in heads
        for one in head.rounds
        for place, tree in enumerate(one)
    ]
    base = np.zeros(width)
    for head in heads:
        base[head.first : head.first + len(head.base)] = head.base
    sizes = [len(nodes) for nodes, _ in trees]
    attributes = _attributes(
        np.concatenate([nodes for nodes, _ in trees]),
        np.repeat(np.arange(len(trees)), sizes),
        np.concatenate([np.arange(size) for size in sizes]),
        np.repeat([target for _, target in trees], sizes),
    )
    attributes |= {"n_targets": width, "base_values_as_tensor": _doubles("base", base)}
    return graph.add("TreeEnsembleRegressor", [rows], made, domain="ai.onnx.ml", **attributes)


def _attributes(
    nodes: NDArray[Any],
    trees: NDArray[np.int64],
    places: NDArray[np.int64],
    targets: NDArray[np.int64],
) -> dict[str, Any]:
    """Return the attributes of ONNX's operator; trees, places, targets: of each node."""
    leaf = nodes["is_leaf"].astype(np.bool_)

    def inner(name: str) -> NDArray[Any]:
        return np.where(leaf, 0, nodes[name])

    return {
        "nodes_treeids": trees.tolist(),
        "nodes_nodeids": places.tolist(),
        "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        "nodes_featureids": inner("feature_idx").tolist(),
        "nodes_values_as_tensor": _doubles("thresholds", inner("num_threshold")),
        "nodes_truenodeids": inner("left").tolist(),
        "nodes_falsenodeids": inner("right").tolist(),
        "nodes_missing_value_tracks_true": inner("missing_go_to_left").tolist(),
        "target_treeids": trees[leaf].tolist(),
        "target_nodeids": places[leaf].tolist(),
        "target_ids": targets[leaf].tolist(),
        "target_weights_as_tensor": _doubles("weights", nodes["value"][leaf]),
    }


def _doubles(name: str, values: NDArray[np.float64]) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(np.ascontiguousarray(values, np.float64), name)
