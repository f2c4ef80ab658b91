"""Send what training noted to MLflow: the values of runs whose server was dead, slow or out of order.

It finds the journals of all runs below a folder, and sends the values that the store lacks; asked again, it sends none.
A run whose process was killed without warning becomes KILLED. The exit status is 1 where something could not be sent.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from crosscap.faults import InputError
from crosscap.notes import read_note
from crosscap.tracking import initialise, sync
from crosscap.tracking_runs import Sent

EXAMPLE = """examples:
  crosscap track sync
  crosscap track sync results/scenes --uri http://127.0.0.1:5000
  crosscap track sync results/scenes --json
"""
STORE, JOURNALS, ARRIVED = "tracking.json", "journal*.jsonl", "tracked.json"
UNSENT = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("action", choices=["sync"], help="send what is missing")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path("results"), help="of a data set or of all (default: results)"
    )
    parser.add_argument("--uri", help=f"of the store (default: what {STORE} names), without a password")
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Send the journals, and say of each what was sent."""
    folder, store = arguments.folder, _store(arguments.folder)
    journals = sorted(folder.rglob(JOURNALS))
    if not journals:
        raise InputError(f"{folder}: no {JOURNALS} in it; give a folder where models were trained")
    sent = _send(journals, store, uri=arguments.uri)
    if arguments.json:
        unsent = dict.fromkeys(Sent.__annotations__)
        rows = [{"journal": str(path), **(asdict(row) if row else unsent)} for path, row in sent.items()]
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(_line(path, row) for path, row in sent.items()) + _hint(folder))
    return UNSENT if None in sent.values() else 0


def _store(folder: Path) -> Path:
    """Return the file that describes the store: in the folder, or beside it where it is a data set's."""
    places = [folder.resolve() / STORE, folder.resolve().parent / STORE]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise InputError(f"{folder}: no {STORE} in it or beside it; give the folder results, or a data set's in it")
    return found


def _send(journals: list[Path], store: Path, *, uri: str | None) -> dict[Path, Sent | None]:
    """Send the journals, each with None where it did not arrive; nothing is tried at a store that does not answer."""
    opened = read_note(store)
    uri = uri or opened["uri"]
    answers = initialise(uri, folder=store.parent, experiment=opened["experiment"])["reachable"]
    return {path: sync(path, uri=uri) if answers else None for path in journals}


def _line(journal: Path, sent: Sent | None) -> str:
    """Return what to say of a journal."""
    if sent is None:
        return f"{journal}: not sent\n"
    name = sent.run.rpartition("/")[0]
    return f"{name}: {sent.sent:,} of {sent.values:,} values sent, the others were there; {sent.status}\n"


def _hint(folder: Path) -> str:
    """Return how to send test results that did not arrive either, nothing where all did."""
    missing = [path for path in sorted(folder.rglob(ARRIVED)) if not all(read_note(path).values())]
    again = " ".join(str(path) for path in missing)
    return f"Test results did not arrive: snakemake --cores 1 --forcerun track_results -- {again}\n" if missing else ""
