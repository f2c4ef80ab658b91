"""One training run from the stages' tables to a model folder and a history table."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import torch

from crosscap import tables
from crosscap.devices import best_device
from crosscap.models.joint import JointModel, parameter_counts, seeded_model
from crosscap.models.store import save_model, settings_hash
from crosscap.models.systems import SYSTEMS
from crosscap.training.checkpoints import locked_state, remove_state
from crosscap.training.data import caption_set
from crosscap.training.experiment import Experiment, Inputs, architecture_of, loop_settings
from crosscap.training.inputs import WordInputs, read_images, read_pairs, read_tokens, read_words
from crosscap.training.loop import Trainer
from crosscap.training.maps import directions
from crosscap.training.state import Alignment

logger = logging.getLogger(__name__)

TERMINATED = 143  # 128 + SIGTERM, what a scheduler expects of a preempted job


def train_experiment(
    experiment: Experiment,
    inputs: Inputs,
    *,
    seed: int,
    fingerprint: Mapping[str, object],
    state: Path,
    report: Callable[[int, Mapping[str, float]], None],
    model_folder: Path,
    history: Path,
) -> None:
    """Train, or go on training, and write the best model and the history.

    `fingerprint` is what `run_fingerprint` returns; `report` is called with the step and figures of each validation.

    Raises:
        InputError: an input cannot be used, or `state` belongs to another run.
        SystemExit: stopped by SIGTERM, with status 143, after the state was saved.
    """
    torch.set_num_threads(experiment.training["threads"])
    torch.use_deterministic_algorithms(True)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it, CUDA's products are not deterministic
    with locked_state(state, fingerprint=fingerprint) as checkpoint:
        trainer, words = _prepare(experiment, inputs, seed=seed, checkpoint=checkpoint, report=report)
        if not trainer.run():
            logger.warning("stopped at step %d; the state is saved, run again to go on", trainer.progress.step)
            sys.exit(TERMINATED)
        facts = {
            "experiment": experiment.name,
            "seed": seed,
            "training": dict(experiment.training),
            "fidelity": SYSTEMS[experiment.system].fidelity,
            "paper": SYSTEMS[experiment.system].paper,
            "best_step": trainer.progress.best_step,
            "steps": trainer.progress.step,
            "parameters": dict(parameter_counts(trainer.model)),
            "fingerprint": dict(fingerprint),
        }
        save_model(trainer.model, model_folder, words=words.words, facts=facts)
        tables.write_table(pd.DataFrame(trainer.progress.history), history, name="history")
    remove_state(state)


def _prepare(
    experiment: Experiment,
    inputs: Inputs,
    *,
    seed: int,
    checkpoint: Path,
    report: Callable[[int, Mapping[str, float]], None],
) -> tuple[Trainer, WordInputs]:
    """Read the inputs and make a trainer of them."""
    system, languages = SYSTEMS[experiment.system], tuple(experiment.languages)
    images, features = read_images(inputs.images, inputs.features)
    words = read_words(inputs.vectors, inputs.mappings, languages=languages, hub=experiment.hub, aligned=system.aligned)
    architecture = architecture_of(
        experiment, feature_dimension=features.shape[1], word_dimension=words.vectors[0].shape[1]
    )
    model = seeded_model(architecture, words.vectors, dropout=experiment.training["dropout"], generator_seed=seed).to(
        best_device()
    )
    tokens = read_tokens(inputs.tokens, languages)
    sets = {
        split: caption_set(images, features, tokens=tokens, words=words.words, split=split).to(best_device())
        for split in ("train", "val")
    }
    trainer = Trainer(
        model,
        train=sets["train"],
        validation=sets["val"],
        alignment=_alignment(experiment, inputs, words=words),
        settings=loop_settings(experiment, seed=seed),
        checkpoint=checkpoint,
        report=report,
        stop=_stop_on_sigterm(),
    )
    logger.info("%s", _sizes(experiment, model, trainer))
    return trainer, words


def _alignment(experiment: Experiment, inputs: Inputs, *, words: WordInputs) -> Alignment:
    """Return the maps to train, where the system has any, and the pairs that measure the alignment."""
    if not inputs.lexicons:
        return Alignment()
    test_pairs = read_pairs(inputs.lexicons, "test", words=words.words)
    if SYSTEMS[experiment.system].maps == "none":
        return Alignment(test_pairs=test_pairs)
    trained = directions(
        experiment.languages,
        hub=experiment.hub,
        maps=experiment.training["maps"],
        pairs=read_pairs(inputs.lexicons, "train", words=words.words),
    )
    return Alignment(directions=trained, test_pairs=test_pairs)


def _stop_on_sigterm() -> Callable[[], bool]:
    """Return a question that is answered true once the process has been asked to end."""
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    return lambda: bool(asked)


def _sizes(experiment: Experiment, model: JointModel, trainer: Trainer) -> str:
    """Describe a run in a line."""
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return (
        f"{experiment.name}: {experiment.system} with {experiment.similarity} similarity in "
        f"{', '.join(experiment.languages)}; {len(trainer.train.image_ids)} images, {len(trainer.train)} captions, "
        f"{parameters:,} trained parameters, on {best_device()}; settings {settings_hash(experiment.training)[:8]}"
    )
