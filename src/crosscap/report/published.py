"""Figures that papers printed, as shipped tables: facts to show beside one's own results, never mixed into them.

A file of ``published/`` holds one printed table: a row a system and language, a column ``task metric`` each, all as
printed. ``-`` stands where the paper prints nothing, ``missing`` where a figure exists in the literature and no source
for it was found. ``published/index.tsv`` names the source, the data set and the conditions of each; of these, the
numbers of images and captions that are ranked at once can be checked against a measurement. That the data set itself is
the same, only the user can know who asks for the table. A table whose rows are of several data sets says which in a
column of its own.

A table's kind is `comparison`, or `context` for systems that are trained on so much more than the data set at hand that
their figures never stand in one table with measured ones (`crosscap.report.context`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crosscap.faults import InputError

FOLDER = Path(__file__).parent / "published"
IDENTITY = ["language", "system", "similarity"]  # similarity is "-" where the source does not say
OPTIONAL = ["dataset", "note"]
KINDS = ("comparison", "context")
COLUMNS = [
    *("table", "source", "dataset", "language", "task", "name", "system", "similarity", "metric"),
    *("value", "printed", "note"),
]
ABSENT = {"-": "not reported", "missing": "no source found"}


@dataclass(frozen=True)
class Source:
    """Where a published table comes from, and under which conditions its figures hold."""

    table: str
    kind: str  # one of KINDS
    source: str
    dataset: str
    images: str  # ranked at once, "-" where the source does not say
    captions: str  # likewise
    conditions: str
    note: str  # what a reader must know of the figures, or ""

    def described(self) -> str:
        """Return what stands below the figures, in a sentence or two."""
        return f"{self.table}: {self.source}; {self.dataset}: {self.conditions}." + (f" {self.note}." * bool(self.note))

    def differences(self, pools: pd.DataFrame) -> list[str]:
        """Return what differs from the measured `pools`, whose columns images and captions hold a fold each."""
        stated = {"images": self.images, "captions": self.captions}
        measured = {name: ", ".join(map(str, sorted(set(pools[name])))) for name in stated}
        return [
            f"{measured[name] or 'no'} {name} are ranked at once, not {size}"
            for name, size in stated.items()
            if size not in ("-", measured[name])
        ]


def sources(kind: str = "") -> dict[str, Source]:
    """Return the sources of the shipped tables of a kind, or of all, by the table's name."""
    rows = [Source(*map(str, row)) for row in _read(FOLDER / "index.tsv").itertuples(index=False)]
    return {row.table: row for row in rows if kind in ("", row.kind)}


def read_published(names: Sequence[str], *, kind: str = "comparison") -> pd.DataFrame:
    """Return the figures of some published tables of a kind, a row each.

    A figure that is absent is NaN; `printed` keeps what the file has (``-`` or ``missing``), and `note` says why.

    Raises:
        InputError: there is no such table of this kind.
    """
    known = sources(kind)
    unknown = [name for name in names if name not in known]
    if unknown:
        key = "published" if kind == "comparison" else "context"
        raise InputError(f"report.{key}: no table {', '.join(unknown)}; there are {', '.join(known)}")
    frames = [_tidy(known[name]) for name in names]
    return pd.concat([pd.DataFrame(columns=COLUMNS).astype({"value": float}), *frames], ignore_index=True)


def _read(path: Path) -> pd.DataFrame:
    """Read a shipped file as it stands: every cell a string."""
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def _tidy(source: Source) -> pd.DataFrame:
    """Return a shipped table with a row a figure."""
    wide = _read(FOLDER / f"{source.table}.tsv")
    given = wide.assign(**{name: "" for name in OPTIONAL if name not in wide})
    tidy = given.melt([*IDENTITY, *OPTIONAL], var_name="column", value_name="printed")
    tidy[["task", "metric"]] = tidy.pop("column").str.split(" ", expand=True)
    tidy["value"] = pd.to_numeric(tidy["printed"].where(~tidy["printed"].isin(ABSENT)))
    tidy["note"] = tidy["note"].mask(tidy["note"] == "", tidy["printed"].map(ABSENT).fillna(""))
    tidy["name"] = _names(tidy)
    tidy["dataset"] = tidy["dataset"].mask(tidy["dataset"] == "", source.dataset)
    return tidy.assign(table=source.table, source=source.source)[COLUMNS]


def _names(figures: pd.DataFrame) -> pd.Series:
    """Return what rows are called beside measured ones: system and similarity, and the data set where it differs."""
    similarity = (", " + figures["similarity"]).where(figures["similarity"] != "-", "")
    several = len(set(figures["dataset"])) > 1
    return figures["system"] + similarity + (", " + figures["dataset"] if several else "")
