"""What was trained: the label, the settings and the parameters of every run, as small tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosscap.models.description import read_description
from crosscap.report.facts import FactTable, format_number
from crosscap.report.names import FIDELITY_LEGEND, language_name

FROZEN = "frozen"  # the parameters that no loss trains
ROUNDED = "trained with the encoders' products in {precision}"


def read_descriptions(folders: Sequence[Path], zero_shot: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return what comes with each model (model.json) and the languages `zero_shot` of its experiment.

    These are no part of the model: they may be chosen after its training.
    """
    models = [read_description(folder) for folder in folders]
    return [{**model, "zero_shot": list(zero_shot[model["experiment"]])} for model in models]


def run_tables(models: Sequence[Mapping[str, Any]]) -> list[FactTable]:
    """Return the settings and the parameters of all runs, whose descriptions (model.json) are `models`."""
    return [*settings_tables(models), *parameter_tables(models)]


def settings_tables(models: Sequence[Mapping[str, Any]]) -> list[FactTable]:
    """Return what was trained and where the runs' settings differ, and the settings that all share.

    `models` are the descriptions that come with the models (model.json), one a run.
    """
    names = list(dict.fromkeys(key for model in models for key in model["training"]))
    varied = [key for key in names if len({str(model["training"].get(key)) for model in models}) > 1]
    columns = ("", "seed", "system", "follows", "similarity", "languages", "steps", "best step", "parameters", *varied)
    rows = [
        (
            str(model["experiment"]),
            str(model["seed"]),
            str(model["architecture"]["system"]),
            f"{model['paper']} ({model['fidelity']})",
            str(model["architecture"]["similarity"]),
            ", ".join(model["architecture"]["languages"]),
            *(format_number(model[key]) for key in ("steps", "best_step")),
            format_number(trained_parameters(model["parameters"])),
            *(plain_text(model["training"].get(key)) for key in varied),
        )
        for model in models
    ]
    shared = [(key, plain_text(models[0]["training"][key])) for key in names if key not in varied] if models else []
    return [
        FactTable("Experiments", columns, tuple(rows)),
        FactTable("Training settings that all share", ("setting", "value"), tuple(shared)),
    ]


def label_table(models: Sequence[Mapping[str, Any]]) -> FactTable:
    """Return how near each experiment is to its paper, what must be known, and in what languages it is zero-shot."""
    rows = {
        str(model["experiment"]): (
            str(model["experiment"]),
            str(model["paper"]),
            str(model["fidelity"]),
            note_of(model) or "–",
            ", ".join(map(language_name, model.get("zero_shot", ()))) or "–",
        )
        for model in models
    }
    return FactTable(
        "What the systems follow",
        ("", "paper", "fidelity", "to know", "zero-shot"),
        tuple(rows.values()),
        FIDELITY_LEGEND,
    )


def note_of(model: Mapping[str, Any]) -> str:
    """Return what must be known of a model by its description: what is uncertain of its system, and rounded numbers.

    A model whose description says nothing of its numbers was trained in float32.
    """
    precision = model.get("training", {}).get("precision", "float32")
    rounded = "" if precision == "float32" else ROUNDED.format(precision=precision)
    return "; ".join(filter(None, [str(model.get("note", "")), rounded]))


def parameter_tables(models: Sequence[Mapping[str, Any]]) -> list[FactTable]:
    """Return how many parameters each experiment has by part, and how many each language alone brings."""
    parts = _counts(models, "parameters")
    added = _counts(models, "parameters_added")
    note = "What a language alone brings, trained or not: its own words, letters, map or encoder."
    return [
        FactTable("Parameters by part", *parts, note="frozen: not trained."),
        FactTable("Parameters of each language", *added, note=note),
    ]


def trained_parameters(counts: Mapping[str, int]) -> int:
    """Return how many numbers training changes: all but the frozen ones."""
    return sum(count for part, count in counts.items() if part != FROZEN)


def _counts(models: Sequence[Mapping[str, Any]], key: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return columns and rows of a table of counts, an experiment a row, whatever the counts are called."""
    counts = {str(model["experiment"]): model[key] for model in models if model.get(key)}
    names = list(dict.fromkeys(name for found in counts.values() for name in found))
    columns = tuple(language_name(name) for name in names)
    rows = tuple((name, *(format_number(found.get(part)) for part in names)) for name, found in counts.items())
    return ("", *columns), rows


def plain_text(value: Any) -> str:
    """Return a setting's value as config.yaml shows it, short; a dash for what a system does not read."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {plain_text(inner)}" for key, inner in value.items()) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(plain_text(inner) for inner in value) or "–"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else "–" if value is None else str(value)
