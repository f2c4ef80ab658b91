"""Import torchvision, also where its wheel was built for CUDA and torch for the CPU.

There ``import torchvision`` fails with ``operator torchvision::nms does not exist`` (pytorch#122494, vision#8985): its
compiled operators did not load, and registering their Python parts fails. Crosscap needs none of them (Pillow decodes,
nothing detects), so on exactly that error the two operators are declared without an implementation and the import is
done again. Every module that needs torchvision takes `models` and `functional` from here, which must happen before any
other package imports torchvision.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import torch

MISSING_OPERATOR = "operator torchvision::nms does not exist"

_operators = torch.library.Library("torchvision", "FRAGMENT")  # kept: what it declares goes with it


def _import_torchvision() -> ModuleType:
    """Import torchvision, a second time with its operators declared where they are missing."""
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if MISSING_OPERATOR not in str(error):
            raise
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]  # half imported
    for operator in ("nms", "qnms"):
        schema = f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        _operators.define(schema)
    return importlib.import_module("torchvision")


models = _import_torchvision().models
functional = importlib.import_module("torchvision.transforms.v2.functional")
