"""The floors of security: versions without known holes, no call that runs what a file says, MLflow at home."""

from __future__ import annotations

import ast
import io
import os
import pickle
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from packaging.requirements import Requirement
from packaging.version import Version

from crosscap.faults import InputError
from crosscap.files import sha256_of
from crosscap.models.description import read_description, write_description
from crosscap.models.store import load_model
from crosscap.notes import read_note
from crosscap.readers.folder import read_captions
from crosscap.search.contents import mapped
from crosscap.settings import load_settings
from crosscap.tables import read_foreign, read_table
from crosscap.text.vector_files import read_vector_file
from crosscap.vision.backbones import load_backbone
from crosscap.vision.precomputed import read_features
from tests.search.serving import make_model
from tests.test_packaging import DECLARED, locked

ROOT = Path(__file__).parents[1]
FLOORS = {
    "torch": "2.10",  # CVE-2025-32434, CVE-2026-24747
    "mlflow": "3.10",  # CVE-2023-1177, -2780, -6730, CVE-2024-1560, CVE-2026-2614
    "pillow": "12.3",
    "starlette": "0.49.1",  # CVE-2025-62727
}
SOURCES = sorted(
    file
    for folder in ("src", "workflow", "benchmarks", ".ci")
    for file in (ROOT / folder).rglob("*.py")
    if file.is_file()
)


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_no_version_below_the_floor_is_locked_or_allowed(package: str, floor: str) -> None:
    assert Version(locked()[package].removeprefix("==")) >= Version(floor)
    declared = [requirement for requirement in map(Requirement, DECLARED) if requirement.name == package]
    assert declared
    for requirement in declared:
        lowest = [item.version for item in requirement.specifier if item.operator == ">="]
        assert len(lowest) == 1, requirement
        assert Version(lowest[0]) >= Version(floor), requirement


def dangers(tree: ast.AST) -> list[str]:
    """Return the calls of a module that run, or may run, what a file or a text says."""
    return [
        f"{call.lineno}: {ast.unparse(call)}" for call in ast.walk(tree) if isinstance(call, ast.Call) and runs(call)
    ]


def runs(call: ast.Call) -> bool:
    """Tell whether a call may run what it is given."""
    name = ast.unparse(call.func)
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg}
    loader = given.get("Loader") or (ast.unparse(call.args[1]) if len(call.args) > 1 else "")
    return any(
        [
            name in ("eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.unsafe_load"),
            re.search(
                r"(^|\.)(c?[pP]ickle|dill|cloudpickle|joblib|marshal|shelve)\.(load|loads|open|Unpickler)$", name
            ),
            name.endswith("read_pickle"),
            name in ("yaml.load", "yaml.load_all") and loader not in ("_Loader", "yaml.SafeLoader", "yaml.BaseLoader"),
            name == "torch.load" and given.get("weights_only") != "True",
            given.get("weights_only") == "False",
            given.get("allow_pickle", "False") != "False",
            given.get("trust_remote_code", "False") != "False",
            given.get("shell", "False") != "False",
            name.endswith((".extractall", ".extract")) and given.get("filter") != "'data'",
            name.startswith("mlflow.") and name.endswith("load_model"),
        ]
    )


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_in_the_code_runs_what_a_file_says(file: Path) -> None:
    assert not dangers(ast.parse(file.read_text(encoding="utf-8")))


def test_no_rule_calls_what_runs_a_text() -> None:
    for file in [ROOT / "Snakefile", *ROOT.glob("workflow/**/*.smk")]:
        found = re.findall(
            r"(?<![\w.])(?:eval|exec)\(|pickle|shell=True|torch\.load|yaml\.load", file.read_text("utf-8")
        )
        assert not found, file


@pytest.mark.parametrize(
    "text",
    [
        *("eval(x)", "exec(x)", "pickle.load(f)", "pickle.loads(f)", "pd.read_pickle(f)", "os.system(x)"),
        *("yaml.load(f)", "yaml.load(f, yaml.Loader)", "yaml.load(f, Loader=yaml.UnsafeLoader)", "yaml.unsafe_load(f)"),
        *("torch.load(f)", "torch.load(f, weights_only=False)", "np.load(f, allow_pickle=True)", "joblib.load(f)"),
        *("subprocess.run(x, shell=True)", "tar.extractall(d)", "tar.extract(m, filter='tar')"),
        "AutoModel.from_pretrained(x, trust_remote_code=True)",
    ],
)
def test_the_search_for_such_calls_finds_them(text: str) -> None:
    assert dangers(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    ["model.eval()", "yaml.load(f, _Loader)", "torch.load(f, weights_only=True)", "tar.extractall(d, filter='data')"],
)
def test_the_search_lets_the_safe_ones_pass(text: str) -> None:
    assert not dangers(ast.parse(text))


def test_mlflow_listens_on_this_machine_alone_where_it_is_run_or_recommended() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "README.md", ROOT / "Makefile", *ROOT.glob("docs/*.md"))
    ]
    commands = re.findall(r"mlflow (?:ui|server|models serve) .*", "\n".join(texts))
    assert commands
    for command in commands:
        serves = command.startswith("mlflow models serve") and "--host" not in command  # 127.0.0.1, if not said
        assert serves or "--host 127.0.0.1" in command, command


class Canary:
    """An object whose unpickling makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def pickled(canary: Path) -> bytes:
    """Return a plain pickle."""
    return pickle.dumps(Canary(canary))


def torch_file(canary: Path) -> bytes:
    """Return what torch.save writes."""
    torch.save({"weight": Canary(canary)}, file := io.BytesIO())
    return file.getvalue()


def numpy_file(canary: Path) -> bytes:
    """Return an array of objects."""
    np.save(file := io.BytesIO(), np.array([Canary(canary)], dtype=object), allow_pickle=True)
    return file.getvalue()


def read_model(path: Path) -> None:
    """Read a model whose description names the weights at `path` as its own."""
    folder = make_model(path.parent / "model")
    description = read_description(folder)
    path.rename(folder / "model.safetensors")
    write_description(folder, description | {"weights_sha256": sha256_of(folder / "model.safetensors")})
    load_model(folder)


def named_features(path: Path) -> None:
    """Read a user's features of one image."""
    path.with_suffix(".txt").write_text("a.jpg\n", encoding="utf-8")
    read_features(path, ["a.jpg"])


READERS: dict[str, Callable[[Path], object]] = {
    "features.npy": named_features,
    "features.parquet": named_features,
    "weights.safetensors": lambda path: load_backbone("resnet18", weights=str(path)),
    "model.safetensors": read_model,
    "embeddings.npy": lambda path: mapped(path, rows=1),
    "captions.parquet": lambda path: read_table(path, name="captions"),
    "foreign.parquet": read_foreign,
    "captions.csv": lambda path: read_captions(path, languages=["en"]),
    "given.parquet": lambda path: read_captions(path, languages=["en"]),
    "wiki.vec": lambda path: read_vector_file(path, ["a"]),
    "settings.yaml": lambda path: load_settings([path], arguments={}),
    "tracking.json": read_note,
}


def test_the_canaries_sing_where_they_are_unpickled(tmp_path: Path) -> None:
    pickle.loads(pickled(tmp_path / "a"))
    torch.load(io.BytesIO(torch_file(tmp_path / "b")), weights_only=False)
    np.load(io.BytesIO(numpy_file(tmp_path / "c")), allow_pickle=True)
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "c"}


@pytest.mark.parametrize("content", [pickled, torch_file, numpy_file], ids=lambda content: content.__name__)
@pytest.mark.parametrize("name", READERS)
def test_a_file_that_would_run_code_is_refused_by_name(
    name: str, content: Callable[[Path], bytes], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content(tmp_path / "canary"))
    with pytest.raises(InputError, match=re.escape(name)):
        READERS[name](path)
    assert not (tmp_path / "canary").exists()


def test_tags_in_settings_run_nothing(tmp_path: Path) -> None:
    path, canary = tmp_path / "settings.yaml", tmp_path / "canary"
    for tag in ("python/object/apply:os.mkdir", "python/object/new:os.mkdir"):
        path.write_text(f"dataset: !!{tag} ['{canary}']\n", encoding="utf-8")
        with pytest.raises(InputError, match=r"settings\.yaml:1: .*tags"):
            load_settings([path], arguments={})
    assert not canary.exists()
    assert tarfile.data_filter  # of Python 3.11.4 and later, which unpacking stands on
