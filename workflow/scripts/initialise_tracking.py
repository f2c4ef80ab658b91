"""Create the tracking store once, before the training jobs write to it side by side."""

from pathlib import Path

from crosscap import jobs
from crosscap.notes import write_note
from crosscap.tracking import initialise


def initialise_tracking(store: Path, *, uri: str | None, experiment: str) -> None:
    """Create the store, by default an SQLite database beside `store`, and write where it is and whether it answers."""
    write_note(store, initialise(uri, folder=store.parent, experiment=experiment))


if __name__ == "__main__":
    with jobs.running(snakemake):
        initialise_tracking(
            Path(snakemake.output.store),
            uri=snakemake.params.uri,
            experiment=snakemake.params.experiment,
        )
