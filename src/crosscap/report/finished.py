"""Finished experiments as the workflow left them on disk: one run, or all seeds of an experiment."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from crosscap.evaluation.retrieval import WHOLE_SPLIT
from crosscap.faults import InputError
from crosscap.models.description import read_description
from crosscap.tables import read_table

RIDGE = "ridge"  # the baseline that ranks
SEED = re.compile("seed(0|[1-9][0-9]*)", re.ASCII)  # the folder of a run
EXPECTED = "expected results/DATASET/models/EXPERIMENT or results/DATASET/models/EXPERIMENT/seedN of a finished run"


@dataclass(frozen=True)
class Finished:
    """An experiment: its name, the folder of its data set, the tables ranks of its seeds, and its fidelity label.

    `seeds` are those found on disk, in the order of `ranks`; a baseline has none.
    """

    name: str
    dataset: Path
    ranks: tuple[pd.DataFrame, ...]
    fidelity: str
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class DataSet:
    """The tables images and captions of a data set."""

    name: str
    images: pd.DataFrame
    captions: pd.DataFrame


def read_finished(folder: Path) -> Finished:
    """Read the ranks of an experiment; of one seed where `folder` is a seed's, and of ridge where it is baselines.

    Raises:
        InputError: the folder is not there, is no experiment's, or a file is missing or damaged.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; {EXPECTED}")
    single = (folder / "ranks.parquet").is_file()
    seeds = {int(run.name[4:]): run for run in ([folder] if single else folder.iterdir()) if SEED.fullmatch(run.name)}
    runs = [folder] if single else [seeds[seed] for seed in sorted(seeds)]
    dataset = next((parent for parent in folder.parents if (parent / "captions.parquet").is_file()), None)
    if not runs or dataset is None:
        raise InputError(f"{folder}: no measured experiment of a data set; {EXPECTED}, or run the workflow first")
    ranks = tuple(read_whole_split(run / "ranks.parquet") for run in runs)
    if folder.parent == dataset:
        return Finished(RIDGE, dataset, ranks, fidelity="", seeds=())
    labels = {read_description(run / "model")["fidelity"] for run in runs}
    name = f"{folder.parent.name}, {folder.name}" if single else folder.name
    return Finished(name, dataset, ranks, fidelity=", ".join(sorted(labels)), seeds=tuple(sorted(seeds)))


def read_whole_split(path: Path) -> pd.DataFrame:
    """Return the table ranks of a file without those within folds.

    Raises:
        InputError: the file is missing or damaged.
    """
    ranks = read_table(path, name="ranks")
    return ranks[ranks["fold"] == WHOLE_SPLIT]


def read_pair(one: Path, other: Path) -> tuple[Finished, Finished]:
    """Read two experiments; where both have one name, such as two runs of the workflow, their paths are their names.

    Raises:
        InputError: as `read_finished`, or the two are one.
    """
    if one.is_dir() and other.is_dir() and one.samefile(other):
        raise InputError(f"{one}: compared with itself; name two experiments, or two seeds of one")
    read = read_finished(one), read_finished(other)
    if read[0].name != read[1].name:
        return read
    return replace(read[0], name=str(one)), replace(read[1], name=str(other))


def shared_dataset(one: Finished, other: Finished) -> DataSet:
    """Return the data set that two experiments were measured on.

    Raises:
        InputError: they were measured on different data sets, versions of one, or splits.
    """
    if one.dataset.name != other.dataset.name:
        raise InputError(
            f"{one.name} was measured on the data set {one.dataset.name}, {other.name} on {other.dataset.name}; "
            "compare experiments of one data set"
        )
    images, captions = (read_table(one.dataset / f"{name}.parquet", name=name) for name in ("images", "captions"))
    if not one.dataset.samefile(other.dataset):
        _check_same_data(images, captions, one, other)
    questions = [_questions(finished) for finished in (one, other)]
    if not questions[0] & questions[1]:
        raise InputError(
            f"{one.name} was measured in {_listed(questions[0])}, {other.name} in {_listed(questions[1])}; "
            "compare experiments that share a language and a task"
        )
    splits = [_splits(images, finished) for finished in (one, other)]
    if splits[0] != splits[1]:
        raise InputError(
            f"{one.name} was measured on the split {splits[0]}, {other.name} on {splits[1]}; "
            "run the workflow with one evaluation.split for both"
        )
    return DataSet(one.dataset.name, images, captions)


def _check_same_data(images: pd.DataFrame, captions: pd.DataFrame, one: Finished, other: Finished) -> None:
    """Raise an InputError where an image or a caption of the same name is another one in the other's folder."""
    for name, table, key, content in (
        ("images", images, "image_id", "sha256"),
        ("captions", captions, "caption_id", "text"),
    ):
        both = table.merge(read_table(other.dataset / f"{name}.parquet", name=name), on=key, suffixes=("", "_other"))
        differ = both.loc[both[content] != both[f"{content}_other"], key]
        if len(differ):
            raise InputError(
                f"{len(differ):,} {name} of {one.dataset} are others in {other.dataset}, first {differ.iloc[0]}; "
                "compare experiments of one version of a data set"
            )


def _questions(finished: Finished) -> set[tuple[str, str]]:
    """Return the tasks and languages that an experiment was measured in."""
    return {key for ranks in finished.ranks for key in ranks[["task", "language"]].itertuples(index=False, name=None)}


def _listed(questions: set[tuple[str, str]]) -> str:
    """Return the languages of some questions as text."""
    return ", ".join(sorted({language for _, language in questions})) or "no language"


def _splits(images: pd.DataFrame, finished: Finished) -> str:
    """Return the split, or splits, that the queries of an experiment are of."""
    ranked = pd.concat([ranks["image_id"] for ranks in finished.ranks]).drop_duplicates()
    known = images.set_index("image_id")["split"]
    unknown = ranked[~ranked.isin(known.index)]
    if len(unknown):
        raise InputError(
            f"{len(unknown):,} images that {finished.name} ranked are not in {finished.dataset / 'images.parquet'}, "
            f"first {unknown.iloc[0]}; the data set has changed since: run the workflow again"
        )
    return ", ".join(sorted(known[ranked].unique()))
