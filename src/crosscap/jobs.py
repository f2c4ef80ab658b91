"""A job of the workflow while it runs: its log, and the manifest that it leaves where it ends well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from crosscap import logs, manifests


@contextmanager
def running(job: manifests.Job, *, temporary: bool = False, unchecked: Sequence[str] = ()) -> Iterator[None]:
    """Keep a job's log while the block runs, and write its manifest when the block ends well.

    `job` is what Snakemake gives a script. See `logs.to_file` and `manifests.recorded`.
    """
    with logs.to_file(job.log[0]), manifests.recorded(job, temporary=temporary, unchecked=unchecked):
        yield
