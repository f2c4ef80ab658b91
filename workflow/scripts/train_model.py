"""Train one experiment with one seed: the tables of the stages before become a model folder and a history."""

from pathlib import Path

from crosscap import files, logs, tracking
from crosscap.models.store import settings_hash
from crosscap.sources import lock_hash
from crosscap.training.experiment import Experiment, Inputs, run_fingerprint
from crosscap.training.run import train_experiment


def train_model(
    inputs: Inputs,
    model: Path,
    history: Path,
    *,
    experiment: Experiment,
    seed: int,
    run: str,
    state: Path,
    journal: Path,
    store: Path,
) -> None:
    """Train `experiment` and write `model` and `history`; each validation goes to the tracking store as `run`."""
    fingerprint = run_fingerprint(experiment, inputs, seed=seed)
    opened = files.read_json(store)
    with tracking.Tracker(
        opened["uri"],
        experiment=opened["experiment"],
        run_name=f"{experiment.name} seed {seed}",
        tags={tracking.RUN_TAG: f"{run}/{settings_hash(fingerprint)}", "crosscap.lock": lock_hash()},
        params=fingerprint,
        journal=journal,
    ) as tracker:
        train_experiment(
            experiment,
            inputs,
            seed=seed,
            fingerprint=fingerprint,
            state=state,
            report=tracker.log,
            model_folder=model,
            history=history,
        )


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        train_model(
            Inputs(
                images=Path(snakemake.input.images),
                features=Path(snakemake.input.features),
                tokens=[Path(path) for path in snakemake.input.tokens],
                vectors=[Path(path) for path in snakemake.input.vectors],
                vocabularies=[Path(path) for path in snakemake.input.vocabularies],
                mappings=[Path(path) for path in snakemake.input.mappings],
                lexicons={Path(path).stem: Path(path) for path in snakemake.input.lexicons},
                sentences=[Path(path) for path in snakemake.input.sentences],
                captions=[Path(path) for path in snakemake.input.captions],
                code=[Path(path) for path in snakemake.input.code],
            ),
            Path(snakemake.output.model),
            Path(snakemake.output.history),
            experiment=Experiment(**snakemake.params.experiment),
            seed=int(snakemake.wildcards.seed),
            run="{dataset}/{experiment}/seed{seed}".format(**snakemake.wildcards),
            state=Path(snakemake.params.state),
            journal=Path(snakemake.params.journal),
            store=Path(snakemake.input.tracking),
        )
