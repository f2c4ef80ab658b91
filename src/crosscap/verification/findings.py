"""What a verification finds, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from crosscap.manifests import Manifest

Kind = Literal["changed", "missing", "stale", "unknown", "manifest", "recomputed"]
# changed: not what the job wrote; missing: gone; stale: the job read another version of an input; unknown: no manifest
# names the file; manifest: it cannot be read; recomputed: what is stored gives another result

ORDER: tuple[Kind, ...] = ("manifest", "changed", "missing", "stale", "recomputed", "unknown")


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: the file, relative to the working directory, the job, and what was found.

    `made` is what makes it anew: an output of the job, or its rule where the outputs are not known; "" where nothing.
    """

    kind: Kind
    path: str
    job: str
    found: str
    made: str

    def __str__(self) -> str:
        """Return ``changed: results/a/ranks.parquet: 10 bytes instead of 12 (evaluate_retrieval a)``."""
        return f"{self.kind}: {self.path}: {self.found}{f' ({self.job})' * bool(self.job)}"


@dataclass
class Verified:
    """What was compared, and the findings."""

    jobs: int = 0
    files: int = 0
    size: int = 0  # bytes
    recomputed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # not recomputed, since a file of the job does not hold
    findings: list[Finding] = field(default_factory=list)


def causes_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with what may be the cause of others before these: damaged files before stale readers.

    A file that no job made comes first where a job has read it, and else last.
    """
    read = {finding.path for finding in findings if finding.kind == "stale"}
    return sorted(findings, key=lambda one: 0 if one.kind == "unknown" and one.path in read else ORDER.index(one.kind))


def job_name(manifest: Manifest) -> str:
    """Return ``train_model cl2cm 1``: the rule and its wildcards but for the data set."""
    return " ".join([manifest["rule"], *(value for key, value in manifest["wildcards"].items() if key != "dataset")])


def remedy(findings: Sequence[Finding]) -> str:
    """Return the command that makes anew what does not hold, "" where there is none."""
    made = sorted({finding.made for finding in findings} - {""})
    return f"snakemake --cores all --forcerun {' '.join(made)}" if made else ""
