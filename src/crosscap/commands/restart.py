"""Put the saved state of an interrupted training aside, so that the workflow's next run trains from the start.

Nothing is lost: the state and a copy of the run's journal stay beside it as state.1, state.2 and so on; rename the
folder back to go on from there. This is a command and no setting, because a setting belongs to what a job is made
from: to change it would rerun trainings that are finished.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EXAMPLE = """example:
  crosscap restart results/scenes/models/ame/seed1
"""
STATE, JOURNAL = "state", "journal.jsonl"  # where the workflow keeps them in a run's folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("run_folder", type=Path, metavar="RUN_FOLDER", help="of an experiment's seed")


def run(arguments: argparse.Namespace) -> int:
    """Put the state aside, and say where it is."""
    from crosscap.training.state_folder import archive_state

    folder: Path = arguments.run_folder
    archive = archive_state(folder / STATE, journal=folder / JOURNAL)
    sys.stdout.write(f"{archive}: the saved state and the journal; the next run trains from the start\n")
    return 0
