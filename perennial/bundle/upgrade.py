"""Read manifests of format 2, which had labels in place of an output and other names for tables."""

from typing import Any

OLD, NEW = 2, 3
COLUMNS = {"numeric": "number", "categorical": "category"}


def upgrade(document: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest of format 2 as one of format 3, and any other as it is.

    What is missing or wrong stays so, and is refused by its new name.

    >>> upgrade({"format": 2, "labels": ["a"], "input": {"kind": "text"}})
    {'format': 3, 'input': {'kind': 'text'}, 'output': {'kind': 'classes', 'labels': ['a']}}
    """
    if document.get("format") != OLD:
        return document
    found = {**document, "format": NEW}
    labels, given = found.pop("labels", None), found.get("input")
    if isinstance(given, dict) and given.get("kind") == "tabular":
        found["input"] = _table(given)
    if labels is not None:
        found["output"] = {"kind": "classes", "labels": labels}
    test = found.get("self_test")
    if isinstance(test, dict) and isinstance(test.get("probabilities"), list):
        found["self_test"] = _self_test(test, labels)
    return found


def _table(given: dict[str, Any]) -> dict[str, Any]:
    found = {**given, "kind": "table", "columns": given.get("features")}
    found.pop("features", None)
    if isinstance(found["columns"], list):
        found["columns"] = [_column(feature) for feature in found["columns"]]
    return found


def _column(feature: Any) -> Any:
    if not isinstance(feature, dict):
        return feature
    kind = feature.get("kind", "numeric")
    return {**feature, "kind": COLUMNS.get(str(kind), kind)}


def _self_test(test: dict[str, Any], labels: Any) -> dict[str, Any]:
    values = test["probabilities"]
    found = {name: value for name, value in test.items() if name != "probabilities"}
    found["values"] = values
    numbers = [value for value in values if type(value) in (int, float)]
    if numbers == values and isinstance(labels, list) and len(labels) == len(values):
        best = max(values)
        found["answer"] = {"label": labels[values.index(best)], "confidence": best}
    return found
