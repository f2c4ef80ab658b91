"""crosscap restart on the command line."""

import multiprocessing
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from crosscap.cli import main
from crosscap.commands.restart import JOURNAL, STATE
from crosscap.faults import InputError
from crosscap.notes import write_note
from crosscap.training.lock import held_alone
from crosscap.training.state_folder import CHECKPOINT, locked_state

ROOT = Path(__file__).parents[2]


def interrupted(run: Path, *, learning_rate: float = 0.1) -> Path:
    """Leave what an interrupted training leaves in a run's folder."""
    with (
        suppress(KeyboardInterrupt),
        locked_state(run / STATE, fingerprint={"learning_rate": learning_rate}) as checkpoint,
    ):
        checkpoint.write_bytes(b"weights at %f" % learning_rate)
        raise KeyboardInterrupt
    (run / JOURNAL).write_text(f'{{"run": "{learning_rate}"}}\n')
    return run


def test_the_state_is_put_aside_and_the_next_run_starts_anew(tmp_path, capsys):
    run = interrupted(tmp_path / "seed1")
    with pytest.raises(InputError) as refused, locked_state(run / STATE, fingerprint={"learning_rate": 0.2}):
        pass
    command = re.search(r"crosscap (restart .+)$", str(refused.value))
    assert main(command[1].split(" ")) == 0
    assert capsys.readouterr().out.startswith(f"{run}/state.1: the saved state and the journal; the next run trains")
    with locked_state(run / STATE, fingerprint={"learning_rate": 0.2}) as checkpoint:
        assert not checkpoint.exists()
    assert (run / "state.1" / CHECKPOINT).read_bytes() == b"weights at 0.100000"
    assert (run / "state.1" / JOURNAL).read_bytes() == (run / JOURNAL).read_bytes()


def test_states_are_numbered_and_one_can_be_taken_back(tmp_path):
    run = tmp_path / "seed1"
    for rate in (0.1, 0.2):
        interrupted(run, learning_rate=rate)
        assert main(["restart", str(run)]) == 0
    assert (run / "state.2" / CHECKPOINT).read_bytes() == b"weights at 0.200000"
    (run / "state.1").rename(run / STATE)
    with locked_state(run / STATE, fingerprint={"learning_rate": 0.1}) as checkpoint:
        assert checkpoint.read_bytes() == b"weights at 0.100000"


def hold(folder, held, leave):
    with held_alone(folder):
        held.set()
        leave.wait(60)


def test_a_training_at_work_keeps_its_state(tmp_path, capsys):
    run = interrupted(tmp_path / "seed1")
    context = multiprocessing.get_context("fork")
    held, leave = context.Event(), context.Event()
    training = context.Process(target=hold, args=(run / STATE, held, leave))
    training.start()
    assert held.wait(60)
    assert main(["restart", str(run)]) == 2
    leave.set()
    training.join()
    assert f"another training is at work here, process {training.pid} on " in capsys.readouterr().err
    assert (run / STATE / CHECKPOINT).is_file()


@pytest.mark.parametrize("place", ["absent", "seed1/state"])
def test_where_nothing_was_interrupted_there_is_nothing_to_do(tmp_path, capsys, place):
    interrupted(tmp_path / "seed1")
    before = sorted(tmp_path.rglob("*"))
    assert main(["restart", str(tmp_path / place)]) == 2
    assert "no training was interrupted here; the next run begins at step 0 anyway" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_it_loads_nothing_slow(tmp_path):
    run = interrupted(tmp_path / "seed1")
    code = "import sys; from crosscap.cli import main; main(sys.argv[1:]); print('torch' in sys.modules)"
    command = [sys.executable, "-c", code, "restart", str(run)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert told.stdout.endswith("\nFalse\n")


def test_the_workflow_keeps_a_runs_state_and_journal_there():
    rule = (ROOT / "workflow/rules/models.smk").read_text(encoding="utf-8")
    for name, file in (("state", STATE), ("journal", JOURNAL)):
        assert f'{name}="results/{{dataset}}/models/{{experiment}}/seed{{seed}}/{file}"' in rule


def test_other_files_of_a_run_are_left_alone(tmp_path):
    run = interrupted(tmp_path / "seed1")
    write_note(run / "other.json", {})
    assert main(["restart", str(run)]) == 0
    assert sorted(path.name for path in run.iterdir()) == [JOURNAL, "other.json", "state.1"]
