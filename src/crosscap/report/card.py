"""The card that goes with a model: what it is, what it was trained on, how well it does, and what it is not for.

After Mitchell et al. (2019), "Model Cards for Model Reporting": model details, intended use, data, results with their
uncertainty, limits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crosscap.report.cells import format_figure
from crosscap.report.export import escape_markdown
from crosscap.report.facts import FactTable, count_table, format_number
from crosscap.report.names import BENCHMARK_TASKS, FIDELITY, MEASURES, METRICS, TASKS, language_name
from crosscap.report.runs import note_of, plain_text, trained_parameters

USE = (
    "Finding images by captions and captions by images, in the languages below, among material like that of the "
    "training data; comparing systems in research."
)
LIMITS = (
    "It must not be used to identify people, to decide about people, or to watch them: captions repeat the assumptions "
    "of those who wrote them, and the model repeats theirs.",
    "In a language that is not listed, its answers mean nothing. Of a zero-shot language it has seen no captions.",
    "Figures hold for the data set below. On photos or texts of another kind expect less, and measure before use.",
    "It always returns an order, also where no right answer is among the candidates.",
)
INTERVALS = (
    "Recalls, rsum, alignment and tagging in percent, or sums of it; similarity of sentences × 100. The intervals are "
    "bootstraps over images or pairs of sentences, of word translation Wilson's: how far another draw of these would "
    "move the figure, not how far another seed would."
)
LICENCE = (
    "The weights derive from the images and captions of the data set, and from word vectors or image features trained "
    "elsewhere. Whether and how they may be passed on depends on the licences of these, which are for the user to know."
)


def model_card(
    description: Mapping[str, Any],
    *,
    dataset: str,
    metrics: pd.DataFrame,
    images: pd.DataFrame,
    captions: pd.DataFrame,
    version: str,
    notices: Sequence[str] = (),
) -> str:
    """Return the card of a model as Markdown.

    `description` is what comes with the model (model.json) and the languages `zero_shot` of its experiment, `metrics`
    what was measured of it (table metrics), `images` and `captions` the data set's tables, `version` Crosscap's, and
    `notices` say what must be known before any figure is read.
    """
    measured = {*description["architecture"]["languages"], *description.get("zero_shot", ())}
    counts = count_table(images, captions[captions["language"].isin(measured)])
    title = f"{description['experiment']}, seed {description['seed']}, on {dataset}"
    sections = {
        "Model": _bullets(_model(description)),
        "Intended use": f"{USE}\n",
        "Limits": "".join(f"- {limit}\n" for limit in LIMITS),
        "Data": _table(counts),
        "Licence": f"{LICENCE}\n",
        "Results": f"{_table(_results(metrics, description))}\n{INTERVALS}\n",
        "Size": _bullets(_size(description)),
        "Training": _bullets({key: plain_text(value) for key, value in description["training"].items()}),
        "Origin": _bullets({"Crosscap": version, **_origin(description)}),
    }
    parts = [f"## {name}\n\n{text}" for name, text in sections.items() if text]
    first = [f"**{escape_markdown(notice)}**\n" for notice in notices]
    return "\n".join([f"# {escape_markdown(title)}\n", *first, *parts])


def _model(description: Mapping[str, Any]) -> dict[str, str]:
    """Return what the model is and how near it is to its paper."""
    architecture = description["architecture"]
    fidelity = str(description["fidelity"])
    return {
        "system": str(architecture["system"]),
        "paper": str(description["paper"]),
        "fidelity": f"{fidelity}: {FIDELITY.get(fidelity, 'not known')}",
        "to know": note_of(description),
        "similarity": str(architecture["similarity"]),
        "languages trained on": _languages(architecture["languages"]),
        "zero-shot languages": _languages(description.get("zero_shot", ())),
    }


def _size(description: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters by part and by language, and the words."""
    counts = description["parameters"]
    sizes = {"trained parameters": format_number(trained_parameters(counts))}
    sizes |= {f"parameters, {part}": format_number(count) for part, count in counts.items()}
    added = description.get("parameters_added", {})
    sizes |= {f"parameters of {language_name(code)} alone": format_number(count) for code, count in added.items()}
    return sizes | {
        f"words, {language_name(code)}": format_number(len(words)) for code, words in description["words"].items()
    }


def _origin(description: Mapping[str, Any]) -> dict[str, str]:
    """Return what identifies the model: versions and hashes of all that its bytes depend on."""
    fingerprint = description.get("fingerprint", {})
    return {
        "steps": f"{format_number(description['steps'])}, the best at {format_number(description['best_step'])}",
        "weights, sha256": str(description["weights_sha256"]),
        **{key: str(fingerprint[key]) for key in ("torch", "device") if key in fingerprint},
        **{f"{key}, sha256": str(value) for key, value in fingerprint.items() if key.split(".")[0] in ("data", "code")},
    }


def _results(metrics: pd.DataFrame, description: Mapping[str, Any]) -> FactTable:
    """Return every figure with its 95 % interval."""
    unseen = set(description.get("zero_shot", ()))
    shown = metrics[~metrics["metric"].str.endswith("_optimistic")]
    rows = [_result(row, unseen) for row in shown.to_dict("records")]
    return FactTable("", ("benchmark", "task", "language", "metric", "value", "95 % interval"), tuple(rows))


def _result(row: Mapping[Any, Any], unseen: set[str]) -> tuple[str, ...]:
    """Return one figure with what it is of and its interval."""
    task, language, metric, value, low, high = (row[n] for n in ("task", "language", "metric", "value", "low", "high"))
    bounds = [format_figure(metric, bound) for bound in (low, high)]
    return (
        row["benchmark"],
        BENCHMARK_TASKS.get(task, TASKS.get(task, task.replace("_", " "))).split(" (")[0],
        language_name(language) + (" (zero-shot)" if unseen & set(language.split("-")) else ""),
        METRICS.get(metric, MEASURES.get(metric, metric.replace("_", " "))),
        format_figure(metric, value),
        "–" if math.isnan(low) else "–".join(bounds),
    )


def _languages(codes: Sequence[str]) -> str:
    """Return the names of languages."""
    return ", ".join(map(language_name, codes))


def _bullets(facts: Mapping[str, str]) -> str:
    """Return a list of facts; those that are empty are left out."""
    return "".join(f"- {escape_markdown(name)}: {escape_markdown(text)}\n" for name, text in facts.items() if text)


def _table(table: FactTable) -> str:
    """Return a table as Markdown."""
    lines = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    return "".join(
        f"| {' | '.join(cell if cell == '---' else escape_markdown(cell) for cell in line)} |\n" for line in lines
    )
