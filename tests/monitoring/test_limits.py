"""A task's own limits hold for its model alone, and only what differs is another rule."""

import subprocess
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring import generated_files
from monitoring.grafana.generated_files import ALERTING
from monitoring.grafana.generated_files import generated as grafana
from monitoring.limits import OWN, SHARED
from monitoring.thresholds import Thresholds
from tests.prometheus import ENVIRONMENT

ROOT = Path(__file__).parents[2]
GENERAL = Thresholds()
SLOW = 'model="slow"'
OTHERS = 'model!~"slow"'
# A limit of each kind, other than the general one, with what has to change beside it.
DIFFERENT: dict[str, dict[str, Any]] = {
    "drift_windows": {"drift_windows": ("20m", "1h", "3h", "6h", "12h", "1d")},
    "short_window": {"short_window": "3h"},
    "long_window": {
        "drift_windows": ("1h", "6h"),
        "short_window": "1h",
        "long_window": "6h",
        "label_window": "6h",
    },
    "psi": {"psi": 0.2},
    "early_psi": {"early_psi": 0.5},
    "rhythm": {"rhythm": "1d"},
    "cycle": {"cycle": "1d"},
    "cycle_drop": {"cycle": "1d", "cycle_drop": 0.5},
    "cycle_rise": {"cycle": "1d", "cycle_rise": 2.0},
    "accuracy_z": {"accuracy_z": 4.0},
    "reference_z": {"reference_z": 4.0},
    "short_drop": {"short_drop": 0.2},
    "long_drop": {"long_drop": 0.01},
    "short_rise": {"short_rise": 0.5},
    "long_rise": {"long_rise": 0.2},
    "least_rows": {"least_rows": 24},
    "estimate_z": {"estimate_z": 4.0},
    "estimate_gap": {"estimate_gap": 0.1},
    "estimate_loss_gap": {"estimate_loss_gap": 0.1},
    "estimate_labels": {"estimate_labels": 200},
    "label_delay": {"label_delay": "1h"},
    "label_window": {"label_window": "1h"},
    "label_level_window": {"label_level_window": "4w"},
    "label_fraction": {"label_fraction": 0.5},
    "labels_missing_for": {"labels_missing_for": "3d"},
    "idle_window": {"idle_window": "1h"},
    "traffic_cycle": {"traffic_cycle": "1w"},
    "least_traffic": {"least_traffic": 10},
    "no_traffic_for": {"no_traffic_for": "1h"},
    "stale_days": {"stale_days": 30},
    "model_stale_for": {"model_stale_for": "1d"},
    "retrain_for": {"retrain_for": "5m"},
}


def rules(**values: Any) -> dict[str, list[dict[str, Any]]]:
    """Return all rules by what they record or alert, where a model has limits of its own."""
    limits = {"slow": replace(GENERAL, **values)} if values else {}
    found = defaultdict(list)
    for path, text in generated_files.generated(GENERAL, own=limits).items():
        if path.parent == generated_files.RULES:
            for group in yaml.safe_load(text)["groups"]:
                for rule in group["rules"]:
                    found[rule.get("record") or rule["alert"]].append(rule)
    return dict(found)


@cache
def before() -> dict[str, list[dict[str, Any]]]:
    """Return all rules where no model has limits of its own."""
    return rules()


def test_every_threshold_is_of_one_model_or_of_all() -> None:
    """A new one is on one side, and the tests below hold what a model may have itself."""
    assert set(OWN) & SHARED == set() and set(DIFFERENT) == set(OWN)


@pytest.mark.parametrize("name", OWN)
def test_what_differs_is_a_rule_of_that_model_and_one_without_it(name: str) -> None:
    """All else is one rule for all models, word for word as before."""
    after = rules(**DIFFERENT[name])
    apart = {record for record, found in after.items() if found != before().get(record)}
    assert apart
    for record in apart:
        exprs = [rule["expr"] for rule in after[record]]
        if record in before():
            general, of_slow = exprs
            assert (
                OTHERS in general
                and general.replace(f"{{{OTHERS}}}", "").replace(f",{OTHERS}", "")
                == before()[record][0]["expr"]
            )
            assert SLOW in of_slow and OTHERS not in of_slow
        else:  # over a window that only this model has
            assert len(exprs) == 1 and OTHERS not in exprs[0]


def test_how_labels_depend_is_learned_over_a_models_own_short_window() -> None:
    """The changes between its windows are compared, not between those of the other models."""
    changes = rules(short_window="3h")["model_version:quality_change"]
    general, of_slow = (rule["expr"] for rule in changes)
    assert "offset 1h" in general and OTHERS not in of_slow and "offset 3h" in of_slow


def test_a_series_that_only_one_model_has_is_computed_for_it_alone() -> None:
    """What reads counters over its window asks for its own."""
    after = rules(**DIFFERENT["long_window"])
    added = {record: found[0]["expr"] for record, found in after.items() if record not in before()}
    reading = [expr for expr in added.values() if "increase(" in expr or "sum_over_time(" in expr]
    assert len(reading) > 5 and all(SLOW in expr for expr in reading)


def test_what_models_share_that_others_lack_is_one_rule() -> None:
    """Two models have a window that the others do not have: no rule is there twice."""
    limits = replace(GENERAL, **DIFFERENT["long_window"])
    files = generated_files.generated(GENERAL, own={"late": limits, "slow": limits})
    for path, text in files.items():
        if path.parent == generated_files.RULES:
            for group in yaml.safe_load(text)["groups"]:
                made = [(rule.get("record"), rule["expr"]) for rule in group["rules"]]
                assert len(set(made)) == len(made), group["name"]


def test_the_counters_of_intervals_are_read_for_their_model_alone() -> None:
    """So it is with all that a model of numbers counts: coverage, losses and expected losses."""
    after = rules(**DIFFERENT["long_window"])
    added = [found[0]["expr"] for record, found in after.items() if record not in before()]
    for counter in ("interval_total", "loss_count", "loss_sum", "loss_squares_total"):
        reading = [expr for expr in added if f"model_feedback_{counter}" in expr]
        assert reading and all(f"model_feedback_{counter}{{{SLOW}}}" in one for one in reading)
    reading = [expr for expr in added if "model_expected_loss_" in expr]
    assert len(reading) == 2 and all(f"{{{SLOW}}}[6h]" in one for one in reading)


def test_an_alert_of_one_model_has_its_own_uid_and_title_in_grafana() -> None:
    """Grafana takes neither twice."""
    text = grafana(GENERAL, own={"slow": replace(GENERAL, short_window="3h")})[
        ALERTING / "rules.yml"
    ]
    made = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    for key in ("uid", "title"):
        assert len({rule[key] for rule in made}) == len(made), key
    assert all(len(rule["uid"]) <= 40 for rule in made)
    assert "EstimatedAccuracyDrop (slow)" in {rule["title"] for rule in made}


def _accuracy_of(model: str) -> list[dict[str, str]]:
    """Return the series of a model that is right 150 times of 200, where 95 of 100 are usual."""
    key = f'model="{model}",version="1.0.0"'
    return [
        {"series": f"model_info{{{key}}}", "values": "1x100"},
        {"series": f"model_reference_accuracy{{{key}}}", "values": "0.95x100"},
        {"series": f"model_reference_accuracy_size{{{key}}}", "values": "700x100"},
        {
            "series": f'model_feedback_total{{{key},label="0",predicted="0"}}',
            "values": "0x20 150x80",
        },
        {
            "series": f'model_feedback_total{{{key},label="0",predicted="1"}}',
            "values": "0x20 50x80",
        },
        {"series": f'model_feedback_confidence_count{{{key},bin="1.0"}}', "values": "0x20 200x80"},
        {"series": f'model_feedback_right_total{{{key},bin="1.0"}}', "values": "0x20 150x80"},
    ]


def _interval_of(model: str) -> list[dict[str, str]]:
    """Return the counters of labels in and below their interval, as a model of numbers has them."""
    return [
        {
            "series": f'model_feedback_interval_total{{model="{model}",version="1.0.0",'
            f'side="{side}"}}',
            "values": f"0x20 {labels}x80",
        }
        for side, labels in (("inside", 170), ("below", 30))
    ]


@pytest.mark.seconds(3)
def test_each_model_alerts_by_its_own_limits(tmp_path: Path) -> None:
    """The same drop, in Prometheus: one model alerts, and one whose limit is wider does not."""
    limits = {"slow": replace(GENERAL, **DIFFERENT["long_window"], short_drop=0.3, long_drop=0.3)}
    generated_files.write(tmp_path, GENERAL, own=limits)
    folder = tmp_path / generated_files.RULES
    windows = ("1h", "6h", "1d")
    case = {
        "rule_files": [str(folder / f"{name}.rules.yml") for name in ("accuracy", "alerts")],
        "evaluation_interval": "15s",
        "group_eval_order": [
            "accuracy_6h",
            "accuracy_long",
            "accuracy_short",
            "estimate",
            "slump",
            "alerts_model",
        ],
        "tests": [
            {
                "interval": "15s",
                "input_series": [
                    series
                    for model in ("fast", "slow")
                    for series in (*_accuracy_of(model), *_interval_of(model))
                ],
                "promql_expr_test": [
                    {
                        "expr": 'ALERTS{alertname="AccuracyDrop",alertstate="firing"}',
                        "eval_time": "7m",
                        "exp_samples": [
                            {
                                "labels": 'ALERTS{alertname="AccuracyDrop",alertstate="firing",'
                                'action="retrain",severity="warning",signal="labels",model="fast",'
                                'version="1.0.0"}',
                                "value": 1,
                            }
                        ],
                    },
                    *(
                        {
                            "expr": f"count by (model) (model_version:{recorded}:{window})",
                            "eval_time": "7m",
                            "exp_samples": [
                                {"labels": f'{{model="{model}"}}', "value": 1} for model in models
                            ],
                        }
                        for recorded in ("accuracy", "interval_coverage")
                        for window, models in zip(
                            windows, (("fast", "slow"), ("slow",), ("fast", "slow")), strict=True
                        )
                    ),
                ],
            }
        ],
    }
    file = tmp_path / "limits.test.yml"
    file.write_text(yaml.safe_dump(case), encoding="utf-8")
    command = ("promtool", "test", "rules", str(file))
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
