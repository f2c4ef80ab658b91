"""What benchmarks share: pieces timed in turn, figures with their targets, curves of growth, and where they are kept.

A benchmark is a script with a function `measure` that returns figures and curves. By itself it prints them; with
``--into file.json`` it keeps them too, from which `performance.py` writes docs/performance.md.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Literal

TIMES = "times"  # the unit of a ratio: so many times faster


@dataclass(frozen=True)
class Figure:
    """One measured number: of which path, against what, in which unit, and what it should at least, or at most, be."""

    path: str
    against: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["at least", "at most"] = "at least"
    detail: str = ""

    @property
    def met(self) -> bool | None:
        """Tell whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "at least" else self.value <= self.target


@dataclass(frozen=True)
class Curve:
    """How a cost grows: sizes and what they cost, with the exponent that theory has for it."""

    name: str
    of: str  # what grows: images, words, languages, captions
    sizes: Sequence[float]
    costs: Sequence[float]
    unit: str  # of the costs: s, ms, MB
    expected: float  # exponent of the size
    remark: str = ""  # why it departs, where it does


@dataclass(frozen=True)
class Found:
    """What a benchmark found."""

    figures: Sequence[Figure] = field(default_factory=list)
    curves: Sequence[Curve] = field(default_factory=list)


def seconds_in_turn(pieces: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Return the median seconds of each piece, timed in turn so that what else the machine does meets all alike.

    A first round warms up and does not count.
    """
    times: dict[str, list[float]] = {name: [] for name in pieces}
    for _ in range(rounds + 1):
        for name, piece in pieces.items():
            times[name].append(seconds_of(piece))
    return {name: median(values[1:]) for name, values in times.items()}


def seconds_of(piece: Callable[[], object]) -> float:
    """Time one call."""
    started = time.perf_counter()
    piece()
    return time.perf_counter() - started


def peak_megabytes() -> float:
    """Return the largest memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def megabytes_of(piece: Callable[[], object]) -> float:
    """Return by how much this process's memory rises at most while a piece runs (Linux with glibc)."""
    ctypes.CDLL(None).malloc_trim(0)  # what was given back before is not there for the piece to take unseen
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = _memory("VmRSS")
    piece()
    return _memory("VmHWM") - before


def _memory(name: str) -> float:
    """Return one of the kernel's figures of this process's memory, in MB."""
    return int(Path("/proc/self/status").read_text().partition(f"{name}:")[2].split()[0]) / 1000


def run(measure: Callable[[], Found], about: str | None) -> None:
    """Measure and print; with ``--into FILE`` keep what was found as JSON."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, help="file to keep the figures in, as JSON")
    into = parser.parse_args().into
    found = measure()
    for figure in found.figures:
        aim = "" if figure.target is None else f"; {figure.better} {figure.target:g}"
        print(f"{figure.path} | {figure.against} | {figure.value:.3g} {figure.unit}{aim} | {figure.detail}", flush=True)
    for curve in found.curves:
        print(f"{curve.name} by {curve.of}: " + ", ".join(map(_point, curve.sizes, curve.costs)) + f" {curve.unit}")
    if into:
        into.write_text(json.dumps(asdict(found), indent=1))


def read_found(path: Path) -> Found:
    """Return what a benchmark kept."""
    kept = json.loads(path.read_text())
    return Found([Figure(**one) for one in kept["figures"]], [Curve(**one) for one in kept["curves"]])


def _point(size: float, cost: float) -> str:
    """Return a point of a curve as text."""
    return f"{size:,.0f}: {cost:.3g}"
