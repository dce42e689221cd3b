"""Three files that no task was made for, each with later rows that differ from the first ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

Row = Sequence[object]


@dataclass(frozen=True)
class Strange:
    """A file of rows, one of later rows, and what `make task` and `make send` are told of them."""

    first: Path
    later: Path
    target: str
    more: str = "OUTPUT=classes"


def _write(file: Path, header: str, rows: Iterable[Row], *, by: str, encoding: str) -> Path:
    lines = [header, *(by.join(map(str, row)) for row in rows), ""]
    file.write_bytes("\r\n".join(lines).encode(encoding))
    return file


def contracts(folder: Path, rows: int = 4000) -> Strange:
    """Return semicolons and decimal commas in Windows' encoding; later, prices are in cents."""

    def some(count: int, factor: float, seed: int) -> list[Row]:
        random, found = np.random.default_rng(seed), list[Row]()
        for at in range(count):
            price, months = random.gamma(4, 12), int(random.integers(1, 72))
            place = random.choice(["Köln", "München", "Düsseldorf", "?"], p=[0.4, 0.3, 0.28, 0.02])
            score = 0.05 * price - 0.06 * months + 0.8 * (place == "Köln") + random.normal(0, 0.7)
            shown = f"{price * factor:,.2f}".translate(str.maketrans(",.", ".,"))
            day = datetime(2026, 1, 1) + timedelta(hours=at)
            leaves = "ja" if score > 0.4 else "nein"
            found.append((f"K{seed}{at:05}", f"{day:%d.%m.%Y}", shown, months, place, leaves))
        return found

    header = "Kunden-Nr;Beginn;Preis (€);Monate;Geschäftsstelle;Kündigt"
    how = {"by": ";", "encoding": "cp1252"}
    return Strange(
        _write(folder / "verträge.csv", header, some(rows, 1, 1), **how),
        _write(folder / "verträge später.csv", header, some(2000, 100, 2), **how),
        "Kündigt",
    )


def sensors(folder: Path, rows: int = 6000) -> Strange:
    """Return 38 sensors with a time and an amount; later, half of the sensors show too much."""
    start, random = datetime(2025, 3, 1), np.random.default_rng(3)
    weights = random.normal(0, 1, 38) * (random.random(38) < 0.3)

    def some(first: int, count: int, too_much: float) -> list[Row]:
        found: list[Row] = []
        for at in range(first, first + count):
            values = random.normal(0, 1, 38) + 0.5 * np.sin(at / 24 * 2 * np.pi)
            amount = 40 + 3 * weights @ values + random.normal(0, 1)
            values[:19] += too_much
            shown = ["NA" if random.random() < 0.01 else f"{value:.4f}" for value in values]
            time = (start + timedelta(minutes=30 * at)).isoformat()
            found.append((time, *shown, f"{amount:.2f}"))
        return found

    header = ",".join(["measured_at", *(f"sensor {at}" for at in range(38)), "yield"])
    how = {"by": ",", "encoding": "utf-8"}
    return Strange(
        _write(folder / "sensors.csv", header, some(0, rows, 0), **how),
        _write(folder / "sensors later.csv", header, some(rows, 2000, 2.5), **how),
        "yield",
        "OUTPUT=number TIME=measured_at",
    )


def noisy(folder: Path, rows: int = 2000) -> Strange:
    """Return 3 columns of 4 words with a fifth of the labels wrong; later, one word is another."""
    random = np.random.default_rng(5)

    def some(count: int, last: str) -> list[Row]:
        found: list[Row] = []
        for a, b, c in random.integers(0, 4, (count, 3)):
            right = 4 * (a == 3) + b + c > 3.5
            label = "gut" if right == (random.random() > 0.2) else "schlecht"
            found.append((last if a == 3 else f"a{a}", f"b{b}", f"c{c}", label))
        return found

    header, how = "\t".join(["Art", "Form", "Farbe", "Urteil"]), {"by": "\t", "encoding": "utf-16"}
    return Strange(
        _write(folder / "urteile.txt", header, some(rows, "a3"), **how),
        _write(folder / "urteile neu.txt", header, some(2000, "Sorte 3"), **how),
        "Urteil",
    )


ALL = (contracts, sensors, noisy)
