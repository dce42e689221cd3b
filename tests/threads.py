"""One thread for numpy's products; import this before numpy, which reads it at import.

The tests' arrays are small: more threads wait for each other, which takes several times the CPU
time, and run beside those of the other workers. Programs that tests start inherit it.
"""

import os

for _library in ("OPENBLAS", "OMP"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
