"""Cases of promtool with only the rules that they need: each of the others would cost time."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
Document = Mapping[str, Any]


class _Loader(yaml.SafeLoader):
    """Leaves promtool's notation as it is: 0x20 is twenty zeros more, and no number."""


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int | str:
    return node.value if "x" in node.value else loader.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _number)


def cases(file: Path, folder: Path) -> list[Path]:
    """Write each case of a file into a folder, with the rules that it needs; return the files."""
    document = yaml.load(file.read_text(encoding="utf-8"), _Loader)
    groups = [
        group
        for name in document["rule_files"]
        for group in yaml.safe_load((file.parent / name).read_text(encoding="utf-8"))["groups"]
    ]
    made = []
    for number, case in enumerate(document["tests"]):
        (folder / f"{number}.rules.yml").write_text(json.dumps({"groups": needed(case, groups)}))
        alone = {**document, "rule_files": [f"{number}.rules.yml"], "tests": [case]}
        made.append(folder / f"{number}.test.yml")
        made[-1].write_text(json.dumps(alone))
    return made


def needed(case: Document, groups: Sequence[Document]) -> list[Document]:
    """Return the groups with the rules that a case asks for, and those that these read.

    >>> rules = [{"record": "a", "expr": "x"}, {"record": "b", "expr": "x"}]
    >>> alert = {"alert": "B", "expr": "b > 1", "annotations": {"summary": "{{ query 'a' }}"}}
    >>> groups = [{"name": "g", "rules": [*rules, alert]}]
    >>> needed({"promql_expr_test": [{"expr": "sum(a)"}]}, groups)
    [{'name': 'g', 'rules': [{'record': 'a', 'expr': 'x'}]}]
    >>> needed({"alert_rule_test": [{"alertname": "B"}]}, groups) == groups
    True
    """
    rules = [rule for group in groups for rule in group["rules"]]
    kept: list[Any] = []
    names = set(_asked(case))
    while more := [rule for rule in rules if rule not in kept and _name(rule) in names]:
        kept += more
        names.update(name for rule in more for name in _read(rule))
    # Groups that are empty stay, as the order of evaluation names them.
    return [{**group, "rules": [one for one in group["rules"] if one in kept]} for group in groups]


def _asked(case: Document) -> Iterator[str]:
    for expected in case.get("promql_expr_test", ()):
        yield from NAME.findall(expected["expr"])
    for expected in case.get("alert_rule_test", ()):
        yield expected["alertname"]


def _name(rule: Document) -> str:
    return str(rule.get("record", rule.get("alert")))


def _read(rule: Document) -> Iterator[str]:
    for text in (rule["expr"], *rule.get("annotations", {}).values()):
        yield from NAME.findall(text)
