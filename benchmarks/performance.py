"""Run every benchmark, each in a process of its own, and write docs/performance.md with the plots beside it.

    PYTHONPATH=src python benchmarks/performance.py [ranks training ...]

Names run only these benchmarks; of the others, what was last found is kept in results/benchmarks.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from measuring import Curve, Figure, Found, read_found

HERE = Path(__file__).parent
KEPT = HERE.parent / "results/benchmarks"
PAGE = HERE.parent / "docs/performance.md"
PLOTS = HERE.parent / "docs/performance"
NAMES = sorted(file.stem for file in HERE.glob("*.py") if "run(measure" in file.read_text())
INTRODUCTION = """# Performance

What each hot path costs: against the obvious implementation, against what one would run instead, and against what the
machine can do at most. All pieces of a row ran in turn in one process on one machine; times are medians. Written by
`make bench` on {machine}.

| path | against | measured | target | |
|---|---|---|---|---|
"""
GROWTH = """
## Growth

The exponent is the slope of a straight line through the logarithms of the upper half of the sizes; 1: twice the size
costs twice as much.

| cost | grows with | from | to | exponent | expected | |
|---|---|---|---|---|---|---|
"""


def main(names: Sequence[str]) -> None:
    """Run the benchmarks, and write the page from all that were ever run."""
    KEPT.mkdir(parents=True, exist_ok=True)
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, HERE / f"{name}.py", "--into", KEPT / f"{name}.json"], check=True)
    found = {name: read_found(KEPT / f"{name}.json") for name in NAMES if (KEPT / f"{name}.json").is_file()}
    PLOTS.mkdir(exist_ok=True)
    PAGE.write_text(page(found))
    for name, one in found.items():
        if one.curves:
            plot(one.curves, PLOTS / f"{name}.svg")


def page(found: Mapping[str, Found]) -> str:
    """Return the page."""
    text = INTRODUCTION.format(machine=machine())
    text += "".join(row(figure, name) for name, one in found.items() for figure in one.figures)
    curves = {name: one.curves for name, one in found.items() if one.curves}
    if curves:
        text += GROWTH + "".join(growth_row(curve) for several in curves.values() for curve in several)
        text += "".join(f"\n![How the costs of {name} grow](performance/{name}.svg)\n" for name in curves)
    notes = HERE / "remarks.md"
    return text + (f"\n{notes.read_text()}" if notes.is_file() else "")


def row(figure: Figure, name: str) -> str:
    """Return a figure's row of the table."""
    verdict = {None: "", True: "met", False: "**missed**"}[figure.met]
    target = "" if figure.target is None else f"{figure.better} {figure.target:g} {figure.unit}"
    detail = f"; {figure.detail}" if figure.detail else ""
    return (
        f"| {figure.path} (`{name}`) | {figure.against} | {figure.value:.3g} {figure.unit}{detail} "
        f"| {target} | {verdict} |\n"
    )


def growth_row(curve: Curve) -> str:
    """Return a curve's row of the table."""
    ends = [f"{cost:.3g} {curve.unit} at {size:,.0f}" for size, cost in zip(curve.sizes, curve.costs, strict=True)]
    cells = [curve.name, curve.of, ends[0], ends[-1], f"{exponent(curve):.2f}", f"{curve.expected:g}", curve.remark]
    return f"| {' | '.join(cells)} |\n"


def exponent(curve: Curve) -> float:
    """Return the slope of the logarithms over the upper half of a curve's sizes, of two points at least."""
    half = min(len(curve.sizes) // 2, len(curve.sizes) - 2)
    return float(np.polyfit(np.log(curve.sizes[half:]), np.log(curve.costs[half:]), 1)[0])


def plot(curves: Sequence[Curve], path: Path) -> None:
    """Draw the curves, a panel for what grows and the unit."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "crosscap"  # equal curves, equal bytes
    from matplotlib import pyplot

    panels: dict[tuple[str, str], list[Curve]] = defaultdict(list)
    for curve in curves:
        panels[curve.of, curve.unit].append(curve)
    figure, axes = pyplot.subplots(1, len(panels), figsize=(5 * len(panels), 4), layout="constrained", squeeze=False)
    for axis, ((of, unit), several) in zip(axes[0], panels.items(), strict=True):
        for curve in several:
            axis.plot(curve.sizes, curve.costs, "o-", label=f"{curve.name} ({exponent(curve):.2f})")
        axis.set(xscale="log", yscale="log", xlabel=of, ylabel=unit)
        axis.grid(alpha=0.3)
        axis.legend(frameon=False, fontsize="small")
    figure.savefig(path, metadata={"Date": None})


def machine() -> str:
    """Say what the figures were measured on."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores of {models[0] if models else platform.processor()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main(sys.argv[1:])
