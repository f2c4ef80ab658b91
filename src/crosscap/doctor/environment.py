"""The machine: libraries, the folders written to, room on disk and in memory, the device, the tracking store."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from crosscap.attempts import attempt
from crosscap.doctor.findings import Findings
from crosscap.doctor.needs import needed_memory, needed_on_disk
from crosscap.doctor.room import MEGABYTE, check_room, existing
from crosscap.experiments import resolve_experiments
from crosscap.tracking_uri import fault_of, masked

LIBRARIES = {  # that text, images and training need, by the name that is imported
    "MeCab": "mecab-python3",
    "unidic_lite": "unidic-lite",
    "sacremoses": "sacremoses",
    "fasttext": "fasttext-wheel",
    "PIL": "pillow",
    "safetensors": "safetensors",
    "torch": "torch",
}
PRETRAINED = ("transformers", "sentence_transformers")  # of language models
TEMPORARY = 100  # megabytes: fastText's training text is written there
TRACKING = 30  # seconds to wait for the store, which is imported first
MEMORY = Path("/proc/meminfo")


def check_libraries(settings: Mapping[str, Any] | None, findings: Findings) -> bool:
    """Check that the libraries can be imported that these settings need; tell whether they can."""
    before = len(findings.faults.found)
    with findings.check("libraries", code="D-605", file="libraries"):
        for name, package in LIBRARIES.items():
            try:
                importlib.import_module(name)
            except ImportError as error:
                message = f"cannot be imported ({error}); pip install '{package}'"
                findings.faults.add("D-605", name, None, message)
        if settings and not settings["features"]["precomputed"] and find_spec("torchvision") is None:
            findings.faults.add("D-605", "torchvision", None, "is not installed; pip install 'torchvision'")
        for name in PRETRAINED if settings and _reads_pretrained(settings) else ():
            from crosscap.models.libraries import load_library

            with findings.faults.absorb("D-605", name):
                load_library(name)
    return len(findings.faults.found) == before


def check_environment(settings: Mapping[str, Any], findings: Findings, *, results: Path) -> None:
    """Check the folders, the room that a run needs, the device and the tracking store."""
    with findings.check("results folder", code="D-601", file=results):
        _check_writable(results, findings)
    with findings.check("temporary folder", code="D-601", file=tempfile.gettempdir()):
        _check_writable(Path(tempfile.gettempdir()), findings)
    check_room(results, sum(needed_on_disk(settings, findings.figures).values()), findings)
    check_room(Path(tempfile.gettempdir()), TEMPORARY, findings)
    _check_memory(needed_memory(settings, findings.figures), findings)
    findings.note("device", _device())
    check_tracking(settings["tracking"]["uri"], findings)


def check_tracking(uri: str | None, findings: Findings) -> None:
    """Warn where the tracking store does not answer: training goes on without it."""
    if uri is None:
        findings.note("tracking store", "results/mlflow.db, which the run makes")
        return
    if fault_of(uri):  # which the settings tell
        return
    database = Path(uri.removeprefix("sqlite:///"))
    if uri.startswith("sqlite:") and not database.exists():
        with findings.check("tracking store", code="D-604", file="tracking.uri"):
            _check_writable(database.parent, findings)
        return
    from crosscap.tracking_store import connect

    with findings.check(f"tracking store {masked(uri)}", code="D-604", file="tracking.uri"):
        attempt(
            lambda: connect(uri).search_experiments(max_results=1),
            f"{masked(uri)} does not answer; training keeps a local journal, which crosscap track sync sends later",
            seconds=TRACKING,
        )


def _check_writable(folder: Path, findings: Findings) -> None:
    """Check that a file can be written, without leaving one; as root, permissions alone say nothing."""
    try:
        with tempfile.TemporaryFile(dir=existing(folder)) as file:
            file.write(b"x")
    except OSError as error:
        message = f"cannot be written to ({error.strerror}); give it write permission, or work in another folder"
        findings.faults.add("D-601", folder, None, message)


def _check_memory(needed: int, findings: Findings) -> None:
    """Warn where less memory is available than the largest stage holds; nothing where the system does not tell."""
    if not MEMORY.is_file():
        return
    lines = (line.split() for line in MEMORY.read_text().splitlines())
    kilobytes = next((int(fields[1]) for fields in lines if fields[0] == "MemAvailable:"), 0)
    available = kilobytes * 1024 // MEGABYTE
    findings.note("memory", f"{available:,} MB available, about {needed:,} MB needed")
    if 0 < available < needed:
        message = (
            f"{available:,} MB of memory are available and a stage holds about {needed:,} MB; close other programs"
        )
        findings.warnings.add("D-603", "memory", None, message)


def _device() -> str:
    """Return what training computes on."""
    try:
        import torch
    except ImportError:  # which `check_libraries` tells
        return "not known without torch"

    names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    return ", ".join(names) or "no GPU: all is computed on the CPU"


def _reads_pretrained(settings: Mapping[str, Any]) -> bool:
    """Tell whether a pretrained language model is read."""
    models = [experiment["training"]["pretrained"] for experiment in resolve_experiments(settings).values()]
    translated = settings["translation"]["languages"] and settings["translation"]["method"] == "model"
    return any(models) or bool(translated) or settings["sentences"]["source"] == "model"
