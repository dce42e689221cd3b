"""How far estimates are off in blocks of rows, and how often they are unknown then."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.results import Figure
from perennial.statistics.counts import Bools, Floats

WITHIN = 0.05


@dataclass(frozen=True)
class Blocks:
    """Errors of the blocks of a stream, in accuracies or as shares of the reference's loss.

    estimate, constant: of ours, and of the reference's own.  cbpe: None where it was not asked.
    unknown: whether the estimate is withdrawn at the end of the block.
    """

    estimate: Floats
    constant: Floats
    cbpe: Floats | None
    unknown: Bools

    @property
    def off(self) -> Bools:
        """Whether the estimate is not within 0.05 of the truth."""
        return self.estimate > WITHIN

    @property
    def held(self) -> float:
        """The share of blocks whose estimate is within 0.05, or unknown."""
        return float((~self.off | self.unknown).mean())

    def row(self) -> list[Figure]:
        """Return the cells of a table."""
        off, unknown = self.off, self.unknown
        known = self.estimate[~unknown]
        cbpe = "" if self.cbpe is None else f"{self.cbpe.mean():.3f}"
        return [
            len(off),
            f"{self.constant.mean():.3f}",
            cbpe,
            f"{self.estimate.mean():.3f}",
            f"{known.mean():.3f}" if len(known) else "",
            f"{(~off).mean():.0%}",
            f"{(off & unknown).sum()} of {off.sum()}",
            f"{(~off & unknown).sum()} of {(~off).sum()}",
            f"{self.held:.1%}",
        ]


HEADER = (
    *("stream", "blocks", "constant", "CBPE", "estimate", "estimate, where known"),
    *("within 0.05", "misleading, withdrawn", "sound, withdrawn", "within 0.05, or unknown"),
)


def together(parts: Sequence[Blocks]) -> Blocks:
    """Return the blocks of several replays of one history."""
    cbpe = [part.cbpe for part in parts if part.cbpe is not None]
    return Blocks(
        np.concatenate([part.estimate for part in parts]),
        np.concatenate([part.constant for part in parts]),
        np.concatenate(cbpe) if len(cbpe) == len(parts) else None,
        np.concatenate([part.unknown for part in parts]),
    )
