"""Checks of each experiment against its system and the data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from crosscap.contradictions import check_languages, note
from crosscap.experiments import trained_languages
from crosscap.faults import Faults
from crosscap.models.systems import SYSTEMS, System

Section = Mapping[str, Any]

BASELINES = ("ridge", "chance")  # their results stand beside the experiments', under these names


def check_names(settings: Section, faults: Faults) -> None:
    """Check that no two experiments would write to the same folder, and that none is taken for a baseline."""
    for name, count in Counter(experiment["name"] for experiment in settings["experiments"]).items():
        if count > 1:
            note(faults, "experiments", f"{count} are named {name}; give each its own name")
        if name in BASELINES:
            note(faults, "experiments", f"{name} is the name of a baseline; choose another")


def check_experiments(settings: Section, faults: Faults) -> None:
    """Check each experiment; of one whose system there is not, only the languages."""
    dataset = settings["dataset"]
    for experiment in settings["experiments"]:
        place, name = f"experiments.{experiment['name']}", experiment["system"]
        languages = trained_languages(experiment, dataset)
        check_languages(sorted({*languages, *experiment.get("zero_shot", [])}), place, dataset["languages"], faults)
        if name not in SYSTEMS:
            near = get_close_matches(name, SYSTEMS, n=1) or sorted(SYSTEMS)
            note(faults, place, f"there is no system {name}; write {' or '.join(near)}")
            continue
        _check_languages(experiment, languages, hub=dataset["hub"], faults=faults)
        _check_training(experiment, languages, training=settings["training"], faults=faults)
        _check_weights(experiment, training=settings["training"], faults=faults)


def _check_languages(experiment: Section, languages: Sequence[str], *, hub: str, faults: Faults) -> None:
    """Check that the system can be trained in these languages, and read those that it is not trained in."""
    place, name = f"experiments.{experiment['name']}", experiment["system"]
    system = SYSTEMS[name]
    if system.trained_on == "one" and len(languages) != 1:
        note(faults, place, f"{name} takes exactly one language, not {len(languages)}; name it under languages")
    elif system.trained_on == "hub" and languages != [hub]:
        note(faults, place, f"{name} is trained in the hub, {hub}, alone; give languages: [{hub}]")
    elif system.aligned and hub not in languages:
        note(faults, place, f"{name} aligns to the hub, {hub}, which is not among its languages; add it")
    elif hub not in languages and len(languages) > 1 and any("hub" in term.between for term in system.terms):
        note(faults, place, f"{name} ties images to the hub, {hub}, which it is not trained in; add it")
    if system.machine_captions == "only" and len(languages) < 2:
        note(faults, place, f"{name} learns from captions and their translations; give it a second language")
    if experiment.get("zero_shot") and not _reads_further_languages(system):
        note(faults, place, f"{name} cannot read a language that it is not trained on; remove zero_shot")


def _reads_further_languages(system: System) -> bool:
    """Tell whether a system may read a language that it is not trained in: not where it has words of its own alone."""
    return system.text != "words" or system.aligned or system.vectors == "scratch_shared"


def _check_training(experiment: Section, languages: Sequence[str], *, training: Section, faults: Faults) -> None:
    """Check that the maps suit the number of languages, and the similarity the system's losses."""
    place, name = f"experiments.{experiment['name']}", experiment["system"]
    maps = {**training, **experiment.get("training", {})}["maps"]
    if maps == "both" and SYSTEMS[name].maps == "learned" and len(languages) != 2:
        note(faults, place, f"maps: both takes two languages, not {len(languages)}; write maps: hub")
    if experiment["similarity"] == "order" and not all(term.loss == "ranking" for term in SYSTEMS[name].terms):
        note(faults, place, f"{name} is defined with cosine similarity; write similarity: cosine")


def _check_weights(experiment: Section, *, training: Section, faults: Faults) -> None:
    """Check that weights are given to terms that the system has: those for all experiments, to terms of any system."""
    name = experiment["system"]
    known = [term.name for term in SYSTEMS[name].terms]
    everywhere = {term.name for other in SYSTEMS.values() for term in other.terms}
    own = {*experiment.get("training", {}).get("loss_weights", {})}
    for weight in sorted({*own.difference(known), *set(training["loss_weights"]).difference(everywhere)}):
        place = f"experiments.{experiment['name']}.training.loss_weights"
        note(faults, place, f"{name} has no term {weight}; its terms: {', '.join(known)}")
