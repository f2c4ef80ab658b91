"""Figures that papers printed, as shipped tables: facts to show beside one's own results, never mixed into them.

A file of ``published/`` holds one printed table: a row a system and language, a column ``task metric`` each, all as
printed. ``-`` stands where the paper prints nothing, ``missing`` where a figure exists in the literature and no source
for it was found. ``published/index.tsv`` names the source, the data set and the conditions of each; of these, the
numbers of images and captions that are ranked at once can be checked against a measurement. That the data set itself is
the same, only the user can know who asks for the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crosscap.faults import InputError

FOLDER = Path(__file__).parent / "published"
IDENTITY = ["language", "system", "similarity"]
COLUMNS = ["table", "source", "dataset", "language", "task", "system", "similarity", "metric", "value", "note"]
ABSENT = {"-": "not reported", "missing": "no source found"}


@dataclass(frozen=True)
class Source:
    """Where a published table comes from, and under which conditions its figures hold."""

    table: str
    source: str
    dataset: str
    images: str  # ranked at once, "-" where the source does not say
    captions: str  # likewise
    conditions: str

    def differences(self, pools: pd.DataFrame) -> list[str]:
        """Return what differs from the measured `pools`, whose columns images and captions hold a fold each."""
        stated = {"images": self.images, "captions": self.captions}
        measured = {name: ", ".join(map(str, sorted(set(pools[name])))) for name in stated}
        return [
            f"{measured[name] or 'no'} {name} are ranked at once, not {size}"
            for name, size in stated.items()
            if size not in ("-", measured[name])
        ]


def sources() -> dict[str, Source]:
    """Return the sources of all shipped tables by the table's name."""
    rows = [Source(*map(str, row)) for row in _read(FOLDER / "index.tsv").itertuples(index=False)]
    return {row.table: row for row in rows}


def read_published(names: Sequence[str]) -> pd.DataFrame:
    """Return the figures of some published tables, a row each; a figure that is absent is NaN and `note` says why.

    Raises:
        InputError: there is no such table.
    """
    known = sources()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(f"report.published: no table {', '.join(unknown)}; there are {', '.join(known)}")
    frames = [_tidy(known[name]) for name in names]
    return pd.concat([pd.DataFrame(columns=COLUMNS).astype({"value": float}), *frames], ignore_index=True)


def _read(path: Path) -> pd.DataFrame:
    """Read a shipped file as it stands: every cell a string."""
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def _tidy(source: Source) -> pd.DataFrame:
    """Return a shipped table with a row a figure."""
    wide = _read(FOLDER / f"{source.table}.tsv")
    notes = wide.pop("note") if "note" in wide else pd.Series("", index=wide.index)
    tidy = wide.assign(note=notes).melt([*IDENTITY, "note"], var_name="column", value_name="printed")
    tidy[["task", "metric"]] = tidy.pop("column").str.split(" ", expand=True)
    printed = tidy.pop("printed")
    tidy["value"] = pd.to_numeric(printed.where(~printed.isin(ABSENT)))
    tidy["note"] = tidy["note"].mask(tidy["note"] == "", printed.map(ABSENT).fillna(""))
    return tidy.assign(table=source.table, source=source.source, dataset=source.dataset)[COLUMNS]
