"""The workflow with what its users give: mistaken settings, and data of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from crosscap.notes import read_note
from crosscap.planning.dry_run import parse
from tests.dry_runs import jobs, plan
from tests.workflow.runs import snakemake

pytestmark = pytest.mark.xdist_group("workflow")  # one worker makes the shared run


class TestMistakes:
    def test_all_faults_are_told_without_a_traceback(self, copy: Path, tmp_path: Path):
        part = tmp_path / "part.yaml"
        part.write_text("training: {learning_rat: 1, epochs: 0}\n")
        run = plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path)
        assert run.returncode == 1
        assert f"{part}:1: training.learning_rat: there is no such key; did you mean learning_rate?" in run.stdout
        assert "training.epochs: 0 is less than the minimum of 1" in run.stdout
        assert "Traceback" not in run.stdout

    def test_equal_keys_are_refused(self, copy: Path, tmp_path: Path):
        part = tmp_path / "part.yaml"
        part.write_text("training: {epochs: 1}\ntraining: {epochs: 2}\n")
        run = plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path)
        assert run.returncode == 1
        assert f"{part}:2: the key training is there twice" in run.stdout

    def test_the_command_line_wins_and_is_checked(self, copy: Path, tmp_path: Path):
        run = plan("--dry-run", "--config", "training={epochs: many}", copy=copy, folder=tmp_path)
        assert "training.epochs: 'many' is not of type 'integer'" in run.stdout


class TestOtherData:
    def test_models_that_read_no_new_texts_are_not_registered(self, copy: Path, tmp_path: Path):
        for name in ("sentences.npy", "sentences.txt"):
            (tmp_path / name).write_text("a file that planning does not open")
        zero_shot = {
            "name": "files",
            "system": "zero-shot",
            "similarity": "cosine",
            "languages": ["en"],
            "seeds": [1, 2],
        }
        settings = {
            "sentences": {"source": "files", "files": dict.fromkeys(("en", "de", "ja"), "sentences.npy")},
            "experiments": [zero_shot, {"name": "mono", "system": "clmr", "similarity": "order", "seeds": [1]}],
        }
        part = tmp_path / "part.yaml"
        part.write_text(yaml.safe_dump(settings))
        planned = jobs(plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path))
        assert (planned["train_model"], planned["build_index"], planned["register_models"]) == (3, 1, 1)

    def test_models_that_are_folders_are_inputs_of_the_rules_that_load_them(self, copy: Path, tmp_path: Path):
        names = ("encoder/deep/model.safetensors", "en-de/model.safetensors", "bert/model.safetensors")
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True)
            (tmp_path / name).write_text("weights that planning does not open")
        cl2cm = {"name": "a", "system": "cl2cm", "languages": ["en", "de"], "training": {"pretrained": "bert"}}
        zero_shot = {"name": "b", "system": "zero-shot", "languages": ["en"], "search": True}
        settings = {
            "translation": {"languages": ["de"], "method": "model", "model": "{source}-{target}"},
            "sentences": {"source": "model", "model": "encoder"},
            "experiments": [some | {"similarity": "cosine", "seeds": [1]} for some in (cl2cm, zero_shot)],
        }
        part = tmp_path / "part.yaml"
        part.write_text(yaml.safe_dump(settings))
        run = plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path)
        assert run.returncode == 0, run.stdout
        read = {name: {job.rule for job in parse(run.stdout, total=0).jobs if name in job.inputs} for name in names}
        encoding = {"encode_sentences", "encode_texts", "build_index"}
        assert list(read.values()) == [encoding, {"translate_captions"}, {"train_model"}]

    def test_a_folder_of_ones_own_is_read(self, copy: Path, tmp_path: Path):
        write_folder(tmp_path, images=12)
        section = {"captions": "captions.csv", "images": "photos"}
        settings = {
            "dataset": {"name": "own", "reader": "folder", "languages": ["en"], "folder": section},
            "features": {"precomputed": "features.npy"},
            "experiments": [{"name": "mono", "system": "mono", "similarity": "order", "seeds": [1]}],
        }
        part = tmp_path / "part.yaml"
        part.write_text(yaml.safe_dump(settings))
        planned = jobs(plan("--dry-run", "--configfile", part, copy=copy, folder=tmp_path))
        assert planned["train_model"] == planned["read_features"] == 1
        assert not planned.keys() & {"generate_scenes", "extract_features", "build_lexicon", "evaluate_translation"}

        target = "results/own/features.parquet"
        mine = tmp_path / "mine"
        mine.mkdir()
        (mine / "sitecustomize.py").write_text("import sys\nprint(sys.orig_argv, file=open(__file__ + '.log', 'a'))\n")
        arguments = [target, "results/own/doctor.json", "--cores", "1", "--configfile", part]
        run = snakemake(*arguments, copy=copy, folder=tmp_path, PYTHONPATH=str(mine))
        assert run.returncode == 0, run.stdout
        assert "read_features.py" in (mine / "sitecustomize.py.log").read_text()  # the user's path is kept
        assert (tmp_path / target).is_file()
        checked = read_note(tmp_path / "results/own/doctor.json")
        assert sum(checked["counts"]["images"].values()) == 12

        (tmp_path / "photos/3.png").write_bytes(b"")
        (tmp_path / "photos/4.png").unlink()
        run = snakemake(*arguments, copy=copy, folder=tmp_path)
        assert run.returncode == 1
        assert "D-131 captions.csv:6: 1 photo is not in photos" in run.stdout
        assert "D-133 captions.csv:5: photo '3.png' cannot be opened as JPEG or PNG" in run.stdout
        assert "rule read_dataset:" not in run.stdout  # the inputs are checked before it


def write_folder(folder: Path, *, images: int) -> None:
    """Write photos, a captions file and precomputed features."""
    (folder / "photos").mkdir()
    names = [f"{number}.png" for number in range(images)]
    rows = ["image,language,caption"]
    for name in names:
        Image.new("RGB", (8, 8), "red").save(folder / "photos" / name)
        rows.append(f"{name},en,a red square")
    (folder / "captions.csv").write_text("\n".join(rows) + "\n")
    np.save(folder / "features.npy", np.ones((images, 4), dtype=np.float32))
    (folder / "names.txt").write_text("\n".join(names) + "\n")
