"""Add the test results to the tracked runs."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import logs
from crosscap.files import read_json, write_json
from crosscap.tables import read_table
from crosscap.tracking import log_results, sync


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
    """Send each run's journal, test metrics, ``model.json`` and the results table, and write which runs arrived.

    `metrics`, `models` (folders), `journals` and `runs` (``scenes/ame/seed1``) are parallel, a run each. A store that
    does not answer is a warning, and the other runs are then not tried.
    """
    opened = read_json(store)
    arrived: dict[str, bool] = {}
    for run, table, model, journal in zip(runs, metrics, models, journals, strict=True):
        frame = read_table(table, name="metrics")
        names = frame[["benchmark", "task", "language", "metric"]].agg("/".join, axis=1)
        arrived[run] = all(arrived.values()) and (
            sync(journal, uri=opened["uri"])
            and log_results(
                run,
                dict(zip(names, frame["value"], strict=True)),
                uri=opened["uri"],
                experiment=opened["experiment"],
                artifacts=[model / "model.json", results],
            )
        )
    write_json(tracked, arrived)


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        track_results(
            Path(snakemake.input.store),
            Path(snakemake.input.results),
            metrics=[Path(path) for path in snakemake.input.metrics],
            models=[Path(path) for path in snakemake.input.models],
            journals=[Path(path) for path in snakemake.params.journals],
            runs=list(snakemake.params.runs),
            tracked=Path(snakemake.output.tracked),
        )
