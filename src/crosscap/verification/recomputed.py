"""Metrics and the summary computed again from what is stored, with the settings that the manifests keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosscap.evaluation.baselines import baseline_metrics
from crosscap.evaluation.split import measure_split
from crosscap.logs import progress
from crosscap.manifests import Manifest
from crosscap.report.tabled import result_texts
from crosscap.tables import read_matrix, read_table
from crosscap.verification.compared import entries
from crosscap.verification.findings import Finding, Verified, job_name

TOLERANCE = 1e-9  # relative: another version of NumPy may sum in another order
Differing = Iterator[tuple[str, str]]  # the name of an output, and how it differs
Files = dict[str, Any]  # paths, or lists of them, by the names that the rule gives them


def recompute(root: Path, manifests: list[Manifest], *, verified: Verified) -> None:
    """Compute again what `CHECKS` names, but for jobs of which a file does not hold."""
    broken = {finding.made for finding in verified.findings} | {finding.path for finding in verified.findings}
    for manifest in progress([job for job in manifests if job["rule"] in CHECKS], unit="job"):
        job = job_name(manifest)
        if broken & {entry["path"] for side in ("inputs", "outputs") for entry in entries(manifest[side])}:
            verified.skipped.append(job)
            continue
        given, written = (_paths(manifest[side], root) for side in ("inputs", "outputs"))
        for name, found in CHECKS[manifest["rule"]](given, written, manifest):
            path = manifest["outputs"][name]["path"]
            verified.findings.append(Finding("recomputed", path, job, found, path))
        verified.recomputed.append(job)


def _retrieval(given: Files, written: Files, manifest: Manifest) -> Differing:
    """Compare the metrics of a run with its ranks and embeddings."""
    params, wildcards = manifest["params"], manifest["wildcards"]
    settings = {key: value for key, value in params["settings"].items() if key != "fold_size"}
    measured = measure_split(
        read_table(written["ranks"], name="ranks"),
        *read_matrix(given["embeddings"], name="embeddings"),
        benchmark=params["benchmark"],
        languages=params["languages"],
        experiment=wildcards["experiment"],
        seed=int(wildcards["seed"]),
        **settings,
    )
    yield from _table_differs("metrics", measured, written)


def _baselines(given: Files, written: Files, manifest: Manifest) -> Differing:
    """Compare the metrics of ridge and of chance with ridge's ranks and with what was ranked."""
    params = manifest["params"]
    measured = baseline_metrics(
        read_table(written["ranks"], name="ranks"),
        images=read_table(given["images"], name="images"),
        tokens=pd.concat([read_table(path, name="tokens") for path in given["tokens"]], ignore_index=True),
        split=params["split"],
        benchmark=params["benchmark"],
        **params["settings"],
    )
    yield from _table_differs("metrics", measured, written)


def _summary(given: Files, written: Files, manifest: Manifest) -> Differing:
    """Compare the files of the summary, byte for byte, with all metrics and ranks."""
    for name, text in result_texts(given, **manifest["params"]).items():
        if written[name].read_bytes() != text.encode():
            yield name, "other bytes than stored metrics and ranks give"


CHECKS: dict[str, Callable[[Files, Files, Manifest], Differing]] = {
    "evaluate_retrieval": _retrieval,
    "evaluate_baselines": _baselines,
    "summarize_results": _summary,
}


def _table_differs(name: str, computed: pd.DataFrame, written: Files) -> Differing:
    """Compare a table of metrics with the stored one, number for number."""
    stored = read_table(written[name], name="metrics")
    columns = ["value", "low", "high"]
    keys = [column for column in stored.columns if column not in columns]
    if len(stored) != len(computed) or not (stored[keys].to_numpy() == computed[keys].to_numpy()).all():
        yield name, f"other rows than stored ranks give: {len(stored)} for {len(computed)}"
        return
    equal = np.isclose(stored[columns], computed[columns], rtol=TOLERANCE, atol=0, equal_nan=True).all(axis=1)
    if not equal.all():
        row = stored[~equal].iloc[0]
        told = " ".join(str(row[key]) for key in ("task", "language", "metric"))
        yield name, f"{(~equal).sum()} of {len(stored)} numbers are others than stored ranks give, first {told}"


def _paths(named: dict[str, Any], root: Path) -> Files:
    """Return the paths of a manifest's inputs or outputs by their names."""
    return {
        name: [root / entry["path"] for entry in given] if isinstance(given, list) else root / given["path"]
        for name, given in named.items()
    }
