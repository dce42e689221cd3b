"""What every kind promises, each promise a named check; a fork runs them on kinds of its own.

for check in contracts.INPUT_CHECKS:
    check(MyInput.example())
"""

from perennial.kinds.contracts.inputs import INPUT_CHECKS
from perennial.kinds.contracts.outputs import OUTPUT_CHECKS

__all__ = ["INPUT_CHECKS", "OUTPUT_CHECKS"]
