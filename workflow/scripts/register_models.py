"""Register the tracked runs' models, each with its search index, in MLflow's registry."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import jobs
from crosscap.files import as_paths
from crosscap.notes import read_note, write_note
from crosscap.registry import model_name, register


def register_models(
    store: Path,
    tracked: Path,
    *,
    indexes: Sequence[Path],
    cards: Sequence[Path],
    runs: Sequence[str],
    registered: Path,
) -> None:
    """Register the model of each run that the store has; write where each is, and nothing for one that is not there.

    `indexes` (folders), `cards` and `runs` (``scenes/ame/seed1``) are parallel, a run each. A store that does not
    answer is a warning, and the other runs are then not tried.
    """
    opened, arrived = read_note(store), read_note(tracked)
    where = {"uri": opened["uri"], "experiment": opened["experiment"]}
    places: dict[str, str] = {}
    for run, index, card in zip(runs, indexes, cards, strict=True):
        if arrived[run]:
            version = register(run, index=index, card=card, **where)
            if version is None:
                break
            places[run] = f"models:/{model_name(run)}/{version}"
    write_note(registered, places)


if __name__ == "__main__":
    with jobs.running(snakemake, unchecked=["store"]):
        given = as_paths(snakemake.input.items())
        register_models(
            **{name: given[name] for name in ("store", "tracked", "indexes", "cards")},
            runs=list(snakemake.params.runs),
            registered=Path(snakemake.output.registered),
        )
