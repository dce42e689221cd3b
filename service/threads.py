"""Limit numpy's matrix products to one thread; import this before numpy, which reads it at import.

Signals are counted on the event loop, in products that take a millisecond. More threads would use
CPU time that inference and other replicas need, without a faster response.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
