"""Add the test results to the tracked runs."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from crosscap import logs
from crosscap.files import as_paths, read_json, write_json
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
    """Send each run's journal, `metrics` (beside its model), ``model.json`` and `results`; write which runs arrived.

    `models` (folders), `journals` and `runs` (``scenes/ame/seed1``) are parallel, a run each. A store that does not
    answer is a warning, and the other runs are then not tried.
    """
    opened = read_json(store)
    where = {"uri": opened["uri"], "experiment": opened["experiment"]}
    arrived: dict[str, bool] = {}
    for run, model, journal in zip(runs, models, journals, strict=True):
        frame = pd.concat([read_table(path, name="metrics") for path in metrics if path.parent == model.parent])
        names = frame[["benchmark", "task", "language", "metric"]].agg("/".join, axis=1)
        values = dict(zip(names, frame["value"], strict=True))
        sent = all(arrived.values()) and sync(journal, uri=opened["uri"])
        arrived[run] = sent and log_results(run, values, artifacts=[model / "model.json", results], **where)
    write_json(tracked, arrived)


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        given = as_paths(snakemake.input.items())
        track_results(
            **{name: given[name] for name in ("store", "results", "metrics", "models")},
            journals=[Path(path) for path in snakemake.params.journals],
            runs=list(snakemake.params.runs),
            tracked=Path(snakemake.output.tracked),
        )
