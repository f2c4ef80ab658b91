"""The log of a stage: a file per rule, a copy on the terminal, and short messages for the user's mistakes."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from crosscap.faults import WRONG_INPUT, InputError

Item = TypeVar("Item")

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def to_file(path: str | Path) -> Iterator[None]:
    """Send the library's log to `path` and to the terminal while the block runs.

    An `InputError` ends the process with status 2 and its message alone: a user's mistake needs no traceback on the
    terminal. Any other exception keeps its traceback; both go to the file in full.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    terminal = logging.StreamHandler()
    terminal.setFormatter(logging.Formatter("%(message)s"))
    file = logging.FileHandler(path, mode="w", encoding="utf-8")
    file.setFormatter(logging.Formatter(FORMAT))
    library = logging.getLogger("crosscap")
    library.setLevel(logging.INFO)
    library.handlers = [terminal, file]
    started, computed = time.perf_counter(), time.process_time()
    try:
        yield
    except InputError as error:
        library.error("%s", error)
        sys.exit(WRONG_INPUT)
    except Exception:
        library.removeHandler(terminal)  # Python prints the traceback on the terminal itself
        library.exception("failed")
        raise
    else:
        seconds = time.perf_counter() - started, time.process_time() - computed
        library.info("done in %.1f s, %.2f s of processor time", *seconds)
    finally:
        library.handlers = []
        file.close()


def progress(items: Iterable[Item], *, total: int | None = None, unit: str = "it") -> Iterable[Item]:
    """Iterate over `items` with a progress bar on a terminal and without one elsewhere."""
    return tqdm(items, total=total, unit=unit, disable=not sys.stderr.isatty())
