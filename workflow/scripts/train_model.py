"""Train one experiment with one seed: the tables of the stages before become a model folder and a history."""

from pathlib import Path
from typing import Any

from crosscap import files, jobs, tracking
from crosscap.models.store import settings_hash
from crosscap.sources import lock_hash
from crosscap.tracking_store import RUN_TAG
from crosscap.training.experiment import Experiment, Inputs, run_fingerprint
from crosscap.training.run import train_experiment
from crosscap.training.state_folder import locked_state


def train_model(inputs: Inputs, *, experiment: Experiment, seed: int, run: str, **written: Path) -> None:
    """Train `experiment`, which writes the paths in `written`; validations are tracked as `run`."""
    fingerprint = run_fingerprint(experiment, inputs, seed=seed)
    state, journal = written.pop("state"), written.pop("journal")
    tracked: dict[str, Any] = {"run_name": f"{experiment.name} seed {seed}", "journal": journal, **tracking.place()}
    tags = {RUN_TAG: f"{run}/{settings_hash(fingerprint)}", "crosscap.lock": lock_hash()}
    with (
        locked_state(state, fingerprint=fingerprint) as written["checkpoint"],  # whoever is refused leaves the journal
        tracking.Tracker(tags=tags, params=fingerprint, **tracked) as tracker,
    ):
        train_experiment(experiment, inputs, seed=seed, fingerprint=fingerprint, report=tracker.log, **written)


if __name__ == "__main__":
    with jobs.running(snakemake):
        given = files.as_paths(snakemake.input.items())
        lexicons, _ = (given.pop(name) for name in ("lexicons", "pretrained"))
        train_model(
            Inputs(**given, lexicons={path.stem: path for path in lexicons}),
            experiment=Experiment(**snakemake.params.experiment),
            seed=int(snakemake.wildcards.seed),
            run="{dataset}/{experiment}/seed{seed}".format(**snakemake.wildcards),
            journal=Path(snakemake.params.journal),
            model_folder=Path(snakemake.output.model),
            history=Path(snakemake.output.history),
            state=Path(snakemake.params.state),
        )
