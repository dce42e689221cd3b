"""One thread for numpy's products, set before numpy is loaded, which is when it is read.

Signals are counted on the event loop, in products of a millisecond: more threads would burn
processor time that inference and other replicas need, and answer nothing sooner.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
