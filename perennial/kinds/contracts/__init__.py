"""What every kind promises, each promise a named check; a fork runs them on kinds of its own.

for check in contracts.INPUT_CHECKS:
    check(MyInput.example())
"""

from perennial.kinds.contracts.inputs import INPUT_CHECKS
from perennial.kinds.contracts.output_scores import SCORE_CHECKS
from perennial.kinds.contracts.outputs import ANSWER_CHECKS

OUTPUT_CHECKS = (*ANSWER_CHECKS, *SCORE_CHECKS)

__all__ = ["INPUT_CHECKS", "OUTPUT_CHECKS"]
