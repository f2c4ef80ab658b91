"""What all tests share: one thread a process, as pytest runs in two, and no time limit an example.

With more threads than cores, those of OpenMP wait for one another in busy loops: small models then take minutes.
"""

import os

from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when PyTorch or NumPy is first imported
settings.register_profile("unhurried", deadline=None)  # which a busy machine would break
settings.load_profile("unhurried")
