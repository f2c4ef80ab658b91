"""Imported by the server that trainings are forked from: what each of them would otherwise load for itself."""

import numpy as np
import torch._inductor

from crosscap.evaluation.ranking import mutual_ranks
from tests.training import killing

__all__ = ["killing", "torch"]  # torch's compiler, which optimisers import

ROW, FIRST = np.ones((1, 1), dtype=np.float32), np.zeros(1, dtype=int)
mutual_ranks(ROW, ROW, groups_a=FIRST, groups_b=FIRST, similarity="order")
