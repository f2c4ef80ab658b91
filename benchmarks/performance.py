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
machine can do at most. All pieces of a row ran in turn in one process on one machine; times are medians, or (p95)
the time within which 95 % of queries were answered. Written by `make bench` on {machine}. The name in brackets is the
script in `benchmarks/` that says exactly what was compared.

| path | against | measured | target | |
|---|---|---|---|---|
"""
OTHERS = """
## Further figures

| path | against | measured |
|---|---|---|
"""
NOTHING = "nothing"  # what a figure is against that stands for itself
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
    """Return the page: what has a target, what is said of misses, all else, growth, and what is said of GPUs."""
    figures = [(figure, name) for name, one in found.items() for figure in one.figures]
    curves = {name: one.curves for name, one in found.items() if one.curves}
    parts = [
        INTRODUCTION.format(machine=machine()),
        *(target_row(figure, name) for figure, name in figures if figure.target is not None),
        f"\n{(HERE / 'misses.md').read_text()}",
        OTHERS,
        *(row(figure, name) for figure, name in figures if figure.target is None),
        GROWTH,
        *(growth_row(curve) for several in curves.values() for curve in several),
        *(f"\n![How the costs of {name} grow](performance/{name}.svg)\n" for name in curves),
        f"\n{(HERE / 'gpu.md').read_text()}",
    ]
    return "".join(parts)


def target_row(figure: Figure, name: str) -> str:
    """Return the row of a figure that has a target."""
    verdict = "met" if figure.met else "**missed**"
    return f"{row(figure, name)[:-1]} {figure.better} {figure.target:g} {figure.unit} | {verdict} |\n"


def row(figure: Figure, name: str) -> str:
    """Return a figure's row."""
    against = "" if figure.against == NOTHING else figure.against
    detail = f"; {figure.detail}" if figure.detail else ""
    return f"| {figure.path} (`{name}`) | {against} | {number(figure.value)} {figure.unit}{detail} |\n"


def number(value: float) -> str:
    """Return a number with three digits at least that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def growth_row(curve: Curve) -> str:
    """Return a curve's row of the table."""
    ends = [f"{number(cost)} {curve.unit} at {size:,.0f}" for size, cost in zip(curve.sizes, curve.costs, strict=True)]
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
    from matplotlib.ticker import LogLocator

    panels: dict[tuple[str, str], list[Curve]] = defaultdict(list)
    for curve in curves:
        panels[curve.of, curve.unit].append(curve)
    figure, axes = pyplot.subplots(1, len(panels), figsize=(5 * len(panels), 4), layout="constrained", squeeze=False)
    for axis, ((of, unit), several) in zip(axes[0], panels.items(), strict=True):
        for curve in several:
            axis.plot(curve.sizes, curve.costs, "o-", label=f"{curve.name} ({exponent(curve):.2f})")
        axis.set(xscale="log", yscale="log", xlabel=of, ylabel=unit)
        sizes = several[0].sizes
        axis.set_xticks(sizes, [f"{size:,.0f}" for size in sizes], rotation=30, ha="right")
        axis.minorticks_off()
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter("{x:,g}")
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
