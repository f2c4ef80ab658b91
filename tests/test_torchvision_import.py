"""torchvision imports and works, whichever torch lies beside it; each case in its own process."""

import subprocess
import sys

CODE = """
from crosscap.torchvision_import import functional, models
import torch, torchvision
assert torchvision.models is models
with torch.inference_mode():
    assert models.get_model("squeezenet1_1", weights=None).eval()(torch.zeros(1, 3, 64, 64)).shape == (1, 1000)
assert functional.center_crop(torch.zeros(3, 9, 9), [5]).shape == (3, 5, 5)
"""

OTHER_FAILURE = """
import sys, types
class Broken:
    def find_spec(self, name, path, target=None):
        if name == "torchvision":
            raise RuntimeError("another failure")
sys.meta_path.insert(0, Broken())
import crosscap.torchvision_import
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    paths = f"import sys; sys.path[:] = {sys.path!r}\n"
    return subprocess.run(
        [sys.executable, "-c", paths + code], capture_output=True, text=True, timeout=120, check=False
    )


def test_models_and_transforms_work() -> None:
    done = run(CODE)
    assert done.returncode == 0, done.stderr


def test_any_other_failure_is_not_hidden() -> None:
    done = run(OTHER_FAILURE)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("RuntimeError: another failure")
