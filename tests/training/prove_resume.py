"""Kill a training at random moments, let it go on, and compare what it leaves with a training that nothing happened to.

    make prove-resume
    .venv/bin/python -m tests.training.prove_resume --kills 20 --seed 7

The data set is a small one, the system is AME with maps, dropout and a learning rate that falls; the process is the
workflow's script without MLflow. Each kill is SIGKILL at a moment that the seed draws. The exit status is 1 when a
byte of the model, the history or a row of the journal differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.training.killing import finish, hashes, kill_at_random, noted
from tests.training.small_run import STEPS, write_data

DIFFERENT = 1  # the exit status


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, compare, print a table of the kills and the hashes, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=5, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments (default: %(default)s)")
    given = parser.parse_args(arguments)
    if not 1 <= given.kills <= STEPS:
        parser.error(f"--kills is {given.kills}; give 1 to {STEPS}, as many as the training has steps")
    with tempfile.TemporaryDirectory() as folder:
        return prove(Path(folder), kills=given.kills, seed=given.seed)


def prove(folder: Path, *, kills: int, seed: int) -> int:
    """Train undisturbed and disturbed in `folder`, print what comes of it, and return the exit status."""
    data = write_data(folder / "data")
    finish(folder / "undisturbed", data)
    tell(f"attempt  resumed from step  killed at step   (of {STEPS})")
    for number, attempt in enumerate(kill_at_random(folder / "killed", data, kills=kills, random=Random(seed)), 1):
        tell(f"{number:7}  {attempt.resumed_from:17}  {attempt.killed_at:14}")
    equal = [compare(folder, name) for name in sorted({*hashes(folder / "undisturbed"), *hashes(folder / "killed")})]
    rows = [noted(folder / name) for name in ("undisturbed", "killed")]
    equal.append(rows[0] == rows[1])
    tell(f"\njournal: {len(rows[0])} and {len(rows[1])} rows\n\n{'equal' if all(equal) else 'DIFFERENT'}")
    return 0 if all(equal) else DIFFERENT


def compare(folder: Path, name: str) -> bool:
    """Print the sha256 of a file of both trainings, and tell whether they are equal."""
    found = [hashes(folder / training).get(name, "missing") for training in ("undisturbed", "killed")]
    tell(f"\n{name}\n  undisturbed  {found[0]}\n  killed       {found[1]}")
    return found[0] == found[1]


def tell(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
