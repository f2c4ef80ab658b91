"""Compare two finished experiments on the same queries: paired tests, and the queries that only one of them answers.

Each is the folder of an experiment, all its seeds together, or of one seed; results/DATASET/baselines is ridge.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosscap.report.comparison import Comparison

EXAMPLE = """examples:
  crosscap compare results/scenes/models/ame results/scenes/models/fme
  crosscap compare results/scenes/models/ame/seed1 results/scenes/baselines --k 1 --flips 20
  crosscap compare results/scenes/models/ame results/scenes/models/fme --html compare.html
"""
GENERATED = "generated/images"  # of the scenes, in the data set's folder
SHIPPED = "(default: %(default)s, as in the shipped config.yaml)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments; the numbers of draws are those of the shipped config.yaml, as its summary's."""
    parser.add_argument("a", type=Path, metavar="A", help="folder of an experiment or of one of its seeds")
    parser.add_argument("b", type=Path, metavar="B", help="folder of the experiment to compare it with")
    parser.add_argument("--k", type=_count, default=10, help="a query is answered among the first K (default: 10)")
    parser.add_argument(
        "--flips", type=_whole, default=4, metavar="N", help="queries to show of each task and language (default: 4)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page as well")
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="of the photos, for the page's thumbnails")
    parser.add_argument("--permutations", type=_count, default=2000, help=f"of the paired tests {SHIPPED}")
    parser.add_argument("--resamples", type=_count, default=1000, help=f"of the intervals {SHIPPED}")
    parser.add_argument("--seed", type=_whole, default=1, help=f"of both {SHIPPED}")


def run(arguments: argparse.Namespace) -> int:
    """Compare, print, and write the page."""
    from crosscap.faults import InputError
    from crosscap.files import atomic_write
    from crosscap.report.comparison_text import comparison_json, comparison_text

    if arguments.html and not arguments.html.parent.is_dir():
        raise InputError(f"--html {arguments.html}: no folder {arguments.html.parent}; make it, or write elsewhere")
    dataset, comparison = _compare(arguments)
    text = comparison_json(comparison, dataset=dataset) if arguments.json else comparison_text(comparison)
    if arguments.html:
        from crosscap.report.page import render_comparison

        atomic_write(arguments.html, render_comparison(comparison, dataset=dataset).encode())
    sys.stdout.write(text)
    return 0


def _compare(arguments: argparse.Namespace) -> tuple[str, Comparison]:
    """Return the name of the data set and the comparison of the two experiments."""
    from crosscap.evaluation.significance import paired_tests
    from crosscap.report.comparison import compare_experiments
    from crosscap.report.finished import read_pair, shared_dataset

    one, other = read_pair(arguments.a, arguments.b)
    dataset = shared_dataset(one, other)
    ranks = {finished.name: finished.ranks for finished in (one, other)}
    generated = one.dataset / GENERATED
    return dataset.name, compare_experiments(
        ranks,
        paired_tests(ranks, permutations=arguments.permutations, seed=arguments.seed),
        fidelity={finished.name: finished.fidelity for finished in (one, other)},
        seeds={finished.name: finished.seeds for finished in (one, other)},
        adjusted=False,
        images=dataset.images,
        captions=dataset.captions,
        images_folder=arguments.images or (generated if generated.is_dir() else None),
        cutoff=arguments.k,
        count=arguments.flips,
        resamples=arguments.resamples,
        seed=arguments.seed,
    )


def _count(text: str) -> int:
    """Return a number of queries or draws, of which there is at least one."""
    if not (number := _whole(text)):
        raise argparse.ArgumentTypeError("0 is too few; it counts from 1")
    return number


def _whole(text: str) -> int:
    """Return a number that may be 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 0")
    return int(text)
