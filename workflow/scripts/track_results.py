"""Add the test results to the tracked runs."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import jobs
from crosscap.evaluation.metrics import values_by_name
from crosscap.files import as_paths
from crosscap.notes import read_note, write_note
from crosscap.tables import read_table
from crosscap.tracking import initialise, log_results, sync


def track_results(
    store: Path,
    results: Path,
    *,
    metrics: Sequence[Path],
    models: Sequence[Path],
    journals: Sequence[Path],
    runs: Sequence[str],
    tracked: Path,
) -> None:
    """Send each run's journal, `metrics` (beside its model), ``model.json`` and `results`; write which runs arrived.

    `models`, `journals` and `runs` (``scenes/ame/seed1``) are parallel. If a store does not answer, no more is tried.
    """
    where = {name: read_note(store)[name] for name in ("uri", "experiment")}
    answers = initialise(folder=store.parent, **where)["reachable"] is True  # it may not have when the workflow began
    arrived: dict[str, bool] = {}
    for run, model, journal in zip(runs, models, journals, strict=True):
        values = values_by_name([read_table(path, name="metrics") for path in metrics if path.parent == model.parent])
        sent = answers and all(arrived.values()) and sync(journal, uri=where["uri"]) is not None
        arrived[run] = sent and log_results(run, values, artifacts=[model / "model.json", results], **where)
    write_note(tracked, arrived)


if __name__ == "__main__":
    with jobs.running(snakemake, unchecked=["store"]):
        track_results(
            **as_paths((name, snakemake.input[name]) for name in ("store", "results", "metrics", "models")),
            journals=[Path(path) for path in snakemake.params.journals],
            runs=list(snakemake.params.runs),
            tracked=Path(snakemake.output.tracked),
        )
