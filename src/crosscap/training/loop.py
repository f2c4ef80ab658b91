"""The training loop: one for every system.

Resume is exact: the order of the batches follows from the seed and the epoch, and everything else that changes during
training (weights, optimiser, maps, best weights, counters, random state, history) is in the checkpoint. A validation
changes nothing before its figures are noted, so it may be cut short, and is due again on resume.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from crosscap.logs import progress
from crosscap.models.encoders import word_table
from crosscap.models.joint import JointModel
from crosscap.training.batches import epoch_batches
from crosscap.training.checkpoints import load_checkpoint, save_checkpoint
from crosscap.training.data import CaptionSet
from crosscap.training.maps import update_map
from crosscap.training.objective import batch_loss, encode_batch, losses_per_row
from crosscap.training.optimisation import make_optimiser
from crosscap.training.state import Alignment, Progress, Settings, pack, unpack
from crosscap.training.stopping import Stop, Stopped
from crosscap.training.validation import ALL_LANGUAGES, Measurement, measure

logger = logging.getLogger(__name__)


class Trainer:
    """Trains a model on a caption set and keeps the weights that were best in validation.

    `report` is called with the step and the figures of each validation. `stop` is asked after each step, and may cut a
    validation short; then the state is saved and `run` returns False.
    """

    def __init__(
        self,
        model: JointModel,
        *,
        train: CaptionSet,
        validation: CaptionSet,
        alignment: Alignment,
        settings: Settings,
        checkpoint: Path,
        report: Callable[[int, Mapping[str, float]], None],
        stop: Stop,
    ) -> None:
        self.model, self.train, self.validation = model, train, validation
        self.alignment, self.settings, self.checkpoint = alignment, settings, checkpoint
        self.report, self.stop = report, stop
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimiser = make_optimiser(
            self.parameters,
            name=settings.optimiser,
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        maps = len(alignment.directions)
        self.progress = Progress(align_learning_rates=[settings.align_learning_rate] * maps, align_losses=[None] * maps)
        self.losses: dict[str, Tensor] = {}  # the sums of `Progress.losses` as they go on, on the device
        self.best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        self.batches_an_epoch = 1

    def run(self) -> bool:
        """Train to the end, from the checkpoint where there is one; return False when stopped before the end."""
        torch.manual_seed(self.settings.seed)
        self._restore()
        with suppress(Stopped):
            while self._is_validation_due() or not self.progress.finished(self.settings):
                self._run_epoch()
            self.model.load_state_dict(self.best)
            return True
        self._save()
        return False

    def _run_epoch(self) -> None:
        """See the rest of an epoch's batches, and validate where that is due: first of all, or left from before a stop.

        Raises:
            Stopped: at a place from which the saved state goes on exactly.
        """
        state, settings = self.progress, self.settings
        batches = self._batches()
        self.batches_an_epoch = len(batches)
        self._validate_if_due()
        for rows in progress(batches[state.batch :], unit="batch"):
            if state.finished(settings):
                return
            self._step(torch.from_numpy(rows))
            state.step, state.batch = state.step + 1, state.batch + 1
            if settings.align_every and state.step % settings.align_every == 0:
                self._align()
            if state.batch == len(batches):
                state.epoch, state.batch = state.epoch + 1, 0
            self._validate_if_due()
            if self.stop():
                raise Stopped
            if state.step % settings.checkpoint_every == 0 or state.batch == 0:
                self._save()

    def _batches(self) -> list[np.ndarray]:
        """Return the epoch's batches of caption rows."""
        return epoch_batches(
            self.train.image_rows.numpy(),
            self.train.languages.numpy(),
            self.train.positions.numpy(),
            batches=self.model.architecture.recipe.batches,
            batch_size=self.settings.batch_size,
            negatives=self.settings.negatives,
            seed=self.settings.seed,
            epoch=self.progress.epoch,
        )

    def _step(self, batch: Tensor) -> None:
        """Lower the loss on a batch of caption rows [B, K]; nothing is read from the device, so a GPU never waits."""
        self.model.train()
        state = self.progress
        state.learning_rate = self.settings.learning_rate_at(state.step, epoch=state.epoch)
        for group in self.optimiser.param_groups:
            group["lr"] = state.learning_rate
        encoded = encode_batch(self.model, self.train, batch, precision=self.settings.precision)
        losses = batch_loss(self.model, encoded, self.settings, step=state.step + 1)
        self.optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        clip_grad_norm_(self.parameters, self.settings.clip_norm)
        self.optimiser.step()
        for name, loss in losses_per_row(losses, system=self.model.architecture.recipe, rows=len(batch)).items():
            self.losses[name] = self.losses.get(name, state.losses.get(name, 0.0)) + loss
        state.loss_steps += 1

    def _align(self) -> None:
        """Take one alignment step on every trained map."""
        table = word_table(self.model.texts)
        if table is None:
            return
        state = self.progress
        state.note_losses(self.losses)
        for number, direction in enumerate(self.alignment.directions):
            state.align_losses[number], state.align_learning_rates[number] = update_map(
                table,
                direction,
                learning_rate=state.align_learning_rates[number],
                neighbours=self.settings.align_neighbours,
                orthogonal=self.settings.align_orthogonal,
            )

    def _is_validation_due(self) -> bool:
        """Tell whether the model is to be measured: untrained, every so many steps, and at the end of each epoch."""
        state = self.progress
        return state.validated != state.step and (state.batch == 0 or state.step % self.settings.validate_every == 0)

    def _validate_if_due(self) -> None:
        """Measure the model where that is due, note the figures, and keep the weights if they are the best so far."""
        if not self._is_validation_due():
            return
        state = self.progress
        state.note_losses(self.losses)
        with self.stop.at_once():
            found = measure(self.model, self.validation, alignment=self.alignment, progress=state)
        self.losses, state.losses, state.loss_steps, state.validated = {}, {}, 0, state.step
        self._note(found)
        score = next(m.value for m in found if (m.language, m.metric) == (ALL_LANGUAGES, "rsum"))
        if score > state.best_score:
            state.best_score, state.best_step, state.stale = score, state.step, 0
            self.best = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        else:
            state.stale += 1
        logger.info(
            "step %d, epoch %d: sum of recalls %.1f, best %.1f", state.step, state.epoch, score, state.best_score
        )

    def _note(self, found: list[Measurement]) -> None:
        """Add a validation's figures to the history and report them."""
        epoch = round(self.progress.epoch + self.progress.batch / self.batches_an_epoch, 3)
        for measurement in found:
            self.progress.history.append({"step": self.progress.step, "epoch": epoch, **asdict(measurement)})
        self.report(self.progress.step, {f"{m.language}/{m.metric}": m.value for m in found})

    def _save(self) -> None:
        """Write the checkpoint."""
        self.progress.note_losses(self.losses)
        save_checkpoint(self.checkpoint, pack(self.model, self.best, self.optimiser), asdict(self.progress))

    def _restore(self) -> None:
        """Go on from the checkpoint, where there is one."""
        if loaded := load_checkpoint(self.checkpoint):
            tensors, values = loaded
            self.progress = Progress(**values)
            self.best = unpack(tensors, self.model, self.optimiser)
            logger.info("going on from step %d", self.progress.step)
