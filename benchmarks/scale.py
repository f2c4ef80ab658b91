"""Write the tables of docs/scale.md: what collections of three sizes cost, from measured rates and stated assumptions.

    PYTHONPATH=src python benchmarks/scale.py

Rates are taken from what the benchmarks left in results/benchmarks, and where one left nothing, they stay as the page
has them. All other numbers follow from them, which a test checks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/scale.md"
KEPT = ROOT / "results/benchmarks"
COLLECTIONS = {"COCO": 123_287, "10 million": 10_000_000, "1 billion": 1_000_000_000}
PART = 10_000_000  # images of a part of an index
INDEXED, NUMBERS = 100_000, 512  # images of the index, and numbers of the features, that the rates were measured with

Rates = Mapping[str, float]


@dataclass(frozen=True)
class Rate:
    """A measured rate: the benchmark and the figure that it comes from, what it says, and its unit."""

    benchmark: str
    figure: str
    unit: str


MEASURED = {
    "hashing": Rate("shards", "photos hashed", "images/s"),
    "pictures": Rate("shards", "photos read and made small", "images/s"),
    "network": Rate("shards", "features by ResNet-152", "images/s"),
    "embedding": Rate("shards", "features embedded", "images/s"),
    "writing": Rate("tables", "the table features, written", "rows/s"),
    "reading": Rate("tables", "the table features, read", "rows/s"),
    "lists": Rate("shards", "lists of candidates made", "s"),
    "exact": Rate("shards", "a query, every image scored", "ms"),
    "candidates": Rate("shards", "a query by candidates", "ms"),
    "row": Rate("tables", "a row of the table images", "bytes"),
    "step": Rate("languages", "a training step of AME", "s"),
    "parameters": Rate("two_processes", "trained parameters", "numbers"),
    "half": Rate("two_processes", "a step's gradients in one process", "s"),
    "talk": Rate("two_processes", "talk of two processes in a step", "s"),
}
ASSUMED = {
    "photo": (100_000, "bytes of a photo, 500 x 375 pixels"),
    "picture": (15_000, "bytes of a small picture, 320 pixels"),
    "feature": (2048, "numbers of a feature (ResNet-152)"),
    "joint": (256, "dimensions of the joint space of a searched collection (AME's 1,024 take four times as much)"),
    "forward": (23.1e9, "floating-point operations of ResNet-152 for a crop of 224 pixels"),
    "gpu": (20e12, "operations a second that a GPU keeps up in mixed precision; no GPU was at hand to measure it"),
    "pairs": (1_132_870, "training captions: those of COCO in English and in Japanese, five an image, 113,287 images"),
    "epochs": (30, "passes over them (AME)"),
    "batch": (128, "captions of a batch (AME)"),
    "words": (14, "words of a caption, with its start and end"),
    "ethernet": (3.1e9, "bytes a second between two machines (25 Gbit/s)"),
    "nvlink": (300e9, "bytes a second between two GPUs of one machine (NVLink)"),
}  # fmt: skip
A = {name: float(value) for name, (value, _) in ASSUMED.items()}
HOUR = 3600


def costs(rates: Rates, images: int) -> dict[str, str]:
    """Return the cost of each stage for a collection: hours of the machine that the rates were measured on."""
    wide = A["feature"] / NUMBERS
    parts = max(1, images / PART)
    in_part = images / parts
    steps = A["epochs"] * A["pairs"] / A["batch"]
    growth = (in_part / INDEXED) ** 1.5  # twice the images: twice as many are put into 1.4 times as many lists
    hours = {
        "photos hashed": images / rates["hashing"],
        "features on two cores": images / rates["network"],
        "features on a GPU, assumed": images * A["forward"] / A["gpu"],
        "shards of features gathered": images * wide * (1 / rates["reading"] + 1 / rates["writing"]),
        "features read and embedded": images * (wide / rates["reading"] + 1 / rates["embedding"]),
        "small pictures": images / rates["pictures"],
        "lists of candidates": parts * growth * rates["lists"],
        "AME trained on COCO, one seed, on two cores": steps * rates["step"],
    }
    probed = (in_part / INDEXED) ** 0.5  # of lists that grow with the root, a query looks into as many
    milliseconds = {
        "a query, every image scored": images / INDEXED * rates["exact"],
        "a query by candidates, all parts at once": probed * rates["candidates"],
    }
    return {name: amount(value / HOUR, "h") for name, value in hours.items()} | {
        name: amount(value, "ms") for name, value in milliseconds.items()
    }


def storage(rates: Rates, images: int) -> dict[str, str]:
    """Return what a collection takes on disk, and of that what a server of its index holds in memory."""
    joint = 4 * A["joint"]
    each = {
        "photos": A["photo"],
        "features.parquet, once more while shards are gathered": 4 * A["feature"],
        "images.parquet": rates["row"],
        "index: embeddings": joint,
        "index: candidates, a byte a number and eight for the row": A["joint"] + 8,
        "index: small pictures": A["picture"],
        "index: names, paths and hashes": rates["row"],
    }
    return {name: amount(images * size / 1e9, "GB") for name, size in each.items()}


def training(rates: Rates) -> dict[str, str]:
    """Return what a second process, or GPU, could save of a training step, and what it costs to talk with it."""
    weights = 3 * (300 + 1024) * 1024 * A["words"] + 2048 * 1024  # that a caption and an image pass through
    seconds = 6 * weights * A["batch"] / A["gpu"]  # a multiplication and an addition each, forward and twice backward
    told = 4 * rates["parameters"]
    return {
        "trained parameters of AME": amount(rates["parameters"] / 1e6, "million"),
        "gradients that each process tells the other in a step": amount(told / 1e6, "MB"),
        "a step on one core, measured": amount(rates["half"], "s"),
        "talk of two processes on one machine in a step, measured": amount(rates["talk"], "s"),
        "operations of a step on one GPU, assumed": amount(1000 * seconds, "ms"),
        "of these a second GPU saves at most": amount(1000 * seconds / 2, "ms"),
        "talk between two GPUs of one machine, assumed": amount(1000 * told / A["nvlink"], "ms"),
        "talk between two machines, assumed": amount(1000 * told / A["ethernet"], "ms"),
    }


def amount(value: float, unit: str) -> str:
    """Return a number of three digits with its unit."""
    digits = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{digits} {unit}"


def sections(rates: Rates) -> dict[str, str]:
    """Return the tables of the page by name."""
    measured = [(what.figure, f"{rates[name]:g} {what.unit}", f"`{what.benchmark}`") for name, what in MEASURED.items()]
    assumed = [(what, f"{value:,.0f}") for value, what in ASSUMED.values()]
    return {
        "rates": table(("measured", "", "benchmark"), measured),
        "assumptions": table(("assumed", ""), assumed),
        "costs": by_collection(rates, costs),
        "storage": by_collection(rates, storage),
        "training": table(("a step of AME, batches of 128", ""), list(training(rates).items())),
    }


def by_collection(rates: Rates, compute: Callable[[Rates, int], Mapping[str, str]]) -> str:
    """Return a table with a column a collection."""
    columns = [compute(rates, images) for images in COLLECTIONS.values()]
    return table(("", *COLLECTIONS), [(name, *(column[name] for column in columns)) for name in columns[0]])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def rates_in(page: str) -> dict[str, float]:
    """Return the rates that the page states."""
    stated = dict(re.findall(r"^\| (.+?) \| ([\d.e+-]+) \S+ \| `", page, flags=re.MULTILINE))
    return {name: float(stated[what.figure]) for name, what in MEASURED.items() if what.figure in stated}


def rates_found() -> dict[str, float]:
    """Return the rates that benchmarks left, in three digits."""
    found = {}
    for name, what in MEASURED.items():
        file = KEPT / f"{what.benchmark}.json"
        if file.is_file():
            values = {figure["path"]: figure["value"] for figure in json.loads(file.read_text())["figures"]}
            found[name] = float(f"{values[what.figure]:.3g}")
    return found


def filled(page: str, rates: Rates) -> str:
    """Return the page with its tables made anew; each stands between two comments with its name."""
    for name, text in sections(rates).items():
        before, start, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        page = before + start + text + end + after
    return page


if __name__ == "__main__":
    before = PAGE.read_text()
    PAGE.write_text(filled(before, rates_in(before) | rates_found()))
