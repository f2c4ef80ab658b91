"""What a manifest holds, and that it holds nothing of the machine, the folder or the hour."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

import crosscap
from crosscap import manifests
from crosscap.faults import InputError
from crosscap.notes import write_sealed
from tests.invented_jobs import SCRIPTS, invented_job

MANIFEST = Path("results/a/manifests/embed_split/b-seed1.json")
LIBRARY = Path(crosscap.__file__).parent


def sha256(data: bytes) -> str:
    """The sha256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def record(folder: Path, monkeypatch: pytest.MonkeyPatch, *, scriptdir: Path = SCRIPTS, **options: Any) -> Any:
    """Run a job in a folder that reads a table, a model, photos and tags, and return its manifest."""
    (folder / "photos").mkdir(parents=True)
    (folder / "photos/1.jpg").write_bytes(b"a photo")
    (folder / "weights").mkdir()
    (folder / "weights/config.json").write_bytes(b"{}")
    (folder / "results/a/model").mkdir(parents=True)
    (folder / "results/a/model/model.json").write_bytes(b"{}")
    (folder / "results/a/tokens.parquet").write_bytes(b"tokens")
    (folder / "results/a/model/.snakemake_timestamp").write_bytes(str(folder).encode())
    monkeypatch.chdir(folder)
    job = invented_job(
        "embed_split",
        log="logs/a/embed_split/b-seed1.log",
        scriptdir=scriptdir,
        wildcards={"dataset": "a", "experiment": "b", "seed": "1"},
        params={
            "runs": [("b", 1)],
            "uri": "https://me:secret@server/x",
            "mirrors": {
                "https://me:secret@host/": ["postgresql://me@host/runs?password=secret", "ftp://me:secret@host"]
            },
            "cut": None,
        },
        input={
            "tokens": ["results/a/tokens.parquet"],
            "model": str(folder / "results/a/model"),
            "photos": "photos",
            "weights": "weights",
            "code": [str(LIBRARY / "files.py"), os.path.relpath(LIBRARY / "__init__.py")],
            "vectors": [],
        },
        output={"embeddings": "results/a/embeddings.parquet", "index": "results/a/index"},
    )
    with manifests.recorded(job, temporary=options.get("temporary", False), unchecked=options.get("unchecked", ())):
        assert not MANIFEST.exists()
        Path("results/a/embeddings.parquet").write_bytes(b"numbers")
        Path("results/a/index/1").mkdir(parents=True)
        Path("results/a/index/1/items").write_bytes(b"items")
        Path("results/a/tokens.parquet").write_bytes(b"changed meanwhile")
    return manifests.read_manifest(MANIFEST)


def test_inputs_are_kept_by_name_as_they_were_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = record(tmp_path / "one", monkeypatch)["inputs"]
    of_model = sha256(f"{sha256(b'{}')}  model.json\n".encode())
    assert inputs == {
        "tokens": [{"path": "results/a/tokens.parquet", "sha256": sha256(b"tokens")}],
        "model": {"path": "results/a/model", "sha256": of_model},
        "weights": {"path": "weights", "sha256": sha256(f"{sha256(b'{}')}  config.json\n".encode())},
        "photos": {"path": "photos", "sha256": None},  # the table images has the digest of each
        "vectors": [],
    }


def test_outputs_are_kept_with_each_file_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = record(tmp_path / "one", monkeypatch)["outputs"]
    facts = {"sha256": sha256(b"items"), "bytes": 5}
    assert outputs["embeddings"] == {"path": "results/a/embeddings.parquet", "sha256": sha256(b"numbers"), "bytes": 7}
    assert outputs["index"]["files"] == {"1/items": facts}
    assert outputs["index"]["sha256"] == sha256(f"{facts['sha256']}  1/items\n".encode())


def test_settings_are_kept_without_passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = record(tmp_path / "one", monkeypatch)
    assert manifest["params"] == {
        "runs": [["b", 1]],
        "uri": "https://***@server/x",
        "mirrors": {"https://***@host/": ["postgresql://me@host/runs?password=***", "ftp://me:***@host"]},
        "cut": None,
    }
    assert b"secret" not in MANIFEST.read_bytes()
    assert manifest["wildcards"] == {"dataset": "a", "experiment": "b", "seed": "1"}
    assert (manifest["rule"], manifest["threads"]) == ("embed_split", 1)
    assert len(manifest["lock"]) == 64


def test_two_folders_give_equal_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for name in ("one", "two with space 日本"):
        record(tmp_path / name, monkeypatch)
        written.append((tmp_path / name / MANIFEST).read_bytes())
    assert written[0] == written[1]
    assert str(tmp_path).encode() not in written[0]


def test_another_script_is_other_code_wherever_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = []
    for name, text in (("a", "print(1)"), ("b", "print(1)"), ("c", "print(2)")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "embed_split.py").write_text(text)
        scripts.append(record(tmp_path / f"run {name}", monkeypatch, scriptdir=tmp_path / name)["code"])
    assert scripts[0] == scripts[1] != scripts[2]


def test_what_may_change_is_named_without_a_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = record(tmp_path / "one", monkeypatch, unchecked=["model"], temporary=True)
    assert manifest["inputs"]["model"] == {"path": "results/a/model", "sha256": None}
    assert manifest["temporary"]


def test_a_manifest_is_where_the_log_of_its_job_is() -> None:
    assert manifests.manifest_path("logs/a/b/c.log", "a") == Path("results/a/manifests/b/c.json")
    assert manifests.manifest_path("logs/b.log", None) == Path("results/manifests/b.json")


def test_another_format_is_named(tmp_path: Path) -> None:
    write_sealed(tmp_path / "a.json", {}, format="9")
    with pytest.raises(InputError, match=r"a\.json: manifest format 9, expected 1; run the workflow again"):
        manifests.read_manifest(tmp_path / "a.json")
