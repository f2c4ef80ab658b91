"""One training run from the stages' tables to a model folder and a history table."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from crosscap import files, tables
from crosscap.devices import best_device
from crosscap.models.architecture import Architecture
from crosscap.models.joint import JointModel, seeded_model
from crosscap.models.parameters import added_parameters, parameter_counts
from crosscap.models.store import save_model, settings_hash
from crosscap.training.data import CaptionSet, caption_set
from crosscap.training.directions import directions
from crosscap.training.experiment import Experiment, Inputs, architecture_of, loop_settings
from crosscap.training.inputs import (
    read_images,
    read_pairs,
    read_sentences,
    read_texts,
    read_tokens,
    sentence_dimension,
    training_captions,
)
from crosscap.training.loop import Trainer
from crosscap.training.precision import set_arithmetic
from crosscap.training.starts import Start, text_start
from crosscap.training.state import Alignment
from crosscap.training.stopping import Stop, Stopped, stopping
from crosscap.training.texts import reading

logger = logging.getLogger(__name__)


def train_experiment(
    experiment: Experiment,
    inputs: Inputs,
    *,
    seed: int,
    fingerprint: Mapping[str, object],
    checkpoint: Path,
    report: Callable[[int, Mapping[str, float]], None],
    model_folder: Path,
    history: Path,
) -> None:
    """Train, or go on training, and write the best model and the history.

    `fingerprint` is what `run_fingerprint` returns, `checkpoint` what `locked_state` gives; `report` is called with the
    step and figures of each validation.

    Raises:
        InputError: an input cannot be used, the checkpoint is damaged, or the disk is full.
        SystemExit: stopped by SIGTERM, with status 143, after the state was saved where training had begun.
    """
    set_arithmetic(threads=experiment.training["threads"])
    with stopping() as stop:
        with stop.at_once():
            trainer, start = _prepare(experiment, inputs, seed=seed, checkpoint=checkpoint, report=report, stop=stop)
        if not trainer.run():
            logger.warning("stopped at step %d; the state is saved, run again to go on", trainer.progress.step)
            raise Stopped
        facts = _facts(trainer, start, experiment=experiment, inputs=inputs, seed=seed)
        files.remove_unfinished(model_folder)
        files.remove_unfinished(history.parent, name=history.name)
        save_model(trainer.model, model_folder, symbols=start.symbols, facts=facts | {"fingerprint": dict(fingerprint)})
        tables.write_table(pd.DataFrame(trainer.progress.history), history, name="history")


def _facts(trainer: Trainer, start: Start, *, experiment: Experiment, inputs: Inputs, seed: int) -> dict[str, object]:
    """Return what comes with a trained model: what it is, and how it was trained."""
    return {
        "experiment": experiment.name,
        "seed": seed,
        "training": dict(experiment.training),
        "fidelity": experiment.recipe.fidelity,
        "paper": experiment.recipe.paper,
        "note": experiment.recipe.note,
        "best_step": trainer.progress.best_step,
        "steps": trainer.progress.step,
        "parameters": parameter_counts(trainer.model),
        "parameters_added": added_parameters(trainer.model, start.symbols, spoken=start.spoken),
        "features": described(inputs.features),
        "tokens": described(inputs.tokens[0]),
    }


def described(table: Path) -> dict[str, str]:
    """Return what the writer of a table said of how it was made, which a model keeps to read further data likewise."""
    return {key: value for key, value in tables.read_metadata(table).items() if not key.startswith("crosscap.")}


def _prepare(
    experiment: Experiment,
    inputs: Inputs,
    *,
    seed: int,
    checkpoint: Path,
    report: Callable[[int, Mapping[str, float]], None],
    stop: Stop,
) -> tuple[Trainer, Start]:
    """Read the inputs and make a trainer of them."""
    start, architecture, sets = _read(experiment, inputs, seed=seed)
    model = _new_model(architecture, start, dropout=experiment.training["dropout"], seed=seed)
    trainer = Trainer(
        model,
        train=sets["train"],
        validation=sets["val"],
        alignment=_alignment(experiment, inputs, words=start.symbols.words),
        settings=loop_settings(experiment, seed=seed),
        checkpoint=checkpoint,
        report=report,
        stop=stop,
    )
    logger.info("%s", _sizes(experiment, model, trainer))
    return trainer, start


def _read(experiment: Experiment, inputs: Inputs, *, seed: int) -> tuple[Start, Architecture, dict[str, CaptionSet]]:
    """Read what the text encoder starts from, the model that fits the inputs, and the sets ``train`` and ``val``."""
    images, features, regions = read_images(inputs.images, inputs.features)
    tokens = {
        language: training_captions(frame, experiment, language)
        for language, frame in read_tokens(inputs.tokens, experiment.languages).items()
    }
    start = text_start(experiment, inputs, tokens=tokens, seed=seed)
    sentences = read_sentences(inputs.sentences)
    architecture = architecture_of(
        experiment,
        feature_dimension=features.shape[1] // regions,
        regions=regions,
        text_dimension=start.text_dimension or sentence_dimension(sentences),
        pretrained=start.configuration,
    )
    read = reading(architecture, start.symbols, texts=read_texts(inputs.captions), sentences=sentences)
    sets = {
        split: caption_set(images, features, tokens=tokens, reading=read, split=split).to(best_device())
        for split in ("train", "val")
    }
    return start, architecture, sets


def _new_model(architecture: Architecture, start: Start, *, dropout: float, seed: int) -> JointModel:
    """Make the model that training starts from, on the device that it is trained on."""
    return seeded_model(
        architecture,
        start.vectors,
        dropout=dropout,
        generator_seed=seed,
        characters=len(start.symbols.characters),
        body=start.body,
    ).to(best_device())


def _alignment(experiment: Experiment, inputs: Inputs, *, words: Mapping[str, Sequence[str]]) -> Alignment:
    """Return the maps to train, where the system has any, and the pairs that measure the alignment."""
    if not inputs.lexicons:
        return Alignment()
    test_pairs = read_pairs(inputs.lexicons, "test", words=words)
    if experiment.recipe.maps == "none":
        return Alignment(test_pairs=test_pairs)
    trained = directions(
        experiment.languages,
        hub=experiment.hub,
        maps=experiment.training["maps"],
        pairs=read_pairs(inputs.lexicons, "train", words=words),
    )
    return Alignment(directions=trained, test_pairs=test_pairs)


def _sizes(experiment: Experiment, model: JointModel, trainer: Trainer) -> str:
    """Describe a run in a line."""
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return (
        f"{experiment.name}: {experiment.system} with {experiment.similarity} similarity in "
        f"{', '.join(experiment.languages)}; {len(trainer.train.image_ids)} images, {len(trainer.train)} captions, "
        f"{parameters:,} trained parameters, on {best_device()}; settings {settings_hash(experiment.training)[:8]}"
    )
