"""What was added to a model, for people: lines for the terminal, and the card that lies in the model's folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosscap.report.export import escape_markdown
from crosscap.report.names import TASKS, language_name

LIMITS = (
    "Of an added language the model has seen no captions: expect less than in a language that it was trained on, and "
    "measure before use.",
    "It must not be used to identify people, to decide about people, or to watch them.",
    "The licences of the word vectors and the dictionary hold for the words that came from them.",
)


def added_card(description: Mapping[str, Any]) -> str:
    """Return the card of a model with added languages as Markdown; `description` is its model.json."""
    architecture, added = description["architecture"], description["added_languages"]
    trained = [code for code in architecture["languages"] if code not in added]
    model = {
        "system": architecture["system"],
        "experiment": str(description.get("experiment", "not known")),
        "languages trained on": ", ".join(map(language_name, trained)),
        "languages added": ", ".join(map(language_name, added)),
        "weights, sha256": description["weights_sha256"],
    }
    parts = [f"# {model['experiment']}, with {model['languages added']}\n", "## Model\n", _bullets(model)]
    for language, facts in added.items():
        lines = addition_lines(language, facts, hub=architecture["hub"])
        origin = {f"{name.replace('_', ' ')}, sha256": value for name, value in facts.get("files_sha256", {}).items()}
        origin["the model before, weights, sha256"] = facts["model_weights_sha256"]
        parts += [f"## {language_name(language)}\n", _bullets(lines | origin)]
    parts += ["## Limits\n", "".join(f"- {limit}\n" for limit in LIMITS)]
    return "\n".join(parts)


def addition_lines(language: str, facts: Mapping[str, Any], *, hub: str) -> dict[str, str]:
    """Return what is to be told of an added language, by headings."""
    lines = {}
    if "precision" in facts:
        name, hub_name = language_name(language), language_name(hub)
        lines = {
            "words": f"{facts['words']:,}",
            "dictionary": f"{facts['train_pairs']:,} pairs trained with, {facts['test_pairs']:,} pairs of "
            f"{facts['test_words']:,} other words tested",
            "coverage": f"the dictionary has {facts['source_coverage_percent']:.1f} % of the words in {name}, "
            f"{facts['target_coverage_percent']:.1f} % of the model's {facts['hub_words']:,} in {hub_name}",
            f"translation, {language_name(f'{language}-{hub}')}": "; ".join(
                f"{figure['metric']} {_percent(figure)}" for figure in facts["precision"]
            )
            + " (CSLS)",
        }
    else:
        lines = {"words": "none needed: captions are read as in the languages trained on"}
    return lines | _retrieval_lines(facts.get("retrieval"))


def _retrieval_lines(facts: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the recalls of both tasks, beside chance."""
    if facts is None:
        return {}
    lines = {"captions measured": f"{facts['captions']:,}, of {facts['images']:,} images of the split {facts['split']}"}
    if "unknown_tokens_percent" in facts:
        lines["unknown words in them"] = f"{facts['unknown_tokens_percent']:.1f} %"
    for task in dict.fromkeys(recall["task"] for recall in facts["recalls"]):
        of_task = [recall for recall in facts["recalls"] if recall["task"] == task]
        texts = [f"{recall['metric']} {_percent(recall)}, chance {recall['chance']:.1f}" for recall in of_task]
        lines[TASKS[task]] = "; ".join(texts)
    return lines


def _percent(figure: Mapping[str, Any]) -> str:
    """Return a figure with its 95 % interval: ``61.2 % (58.7–63.6)``."""
    return f"{figure['value']:.1f} % ({figure['low']:.1f}–{figure['high']:.1f})"


def _bullets(lines: Mapping[str, str]) -> str:
    """Return a list in Markdown."""
    return "".join(f"- {escape_markdown(name)}: {escape_markdown(text)}\n" for name, text in lines.items())
