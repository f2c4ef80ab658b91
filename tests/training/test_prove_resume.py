"""make prove-resume."""

import re

import pytest

from tests.training import prove_resume
from tests.training.small_run import STEPS

pytestmark = pytest.mark.xdist_group("killing")


def test_it_tells_of_each_kill_and_of_equal_bytes(capsys):
    assert prove_resume.main(["--kills", "2"]) == 0
    told = capsys.readouterr().out
    attempts = [list(map(int, row)) for row in re.findall(r"^ +(\d+) +(\d+) +(\d+)$", told, flags=re.MULTILINE)]
    assert [number for number, _, _ in attempts] == [1, 2]
    assert all(0 <= resumed <= killed < STEPS for _, resumed, killed in attempts)
    assert len(re.findall(r"  undisturbed  ([0-9a-f]{64})\n  killed       \1$", told, flags=re.MULTILINE)) == 3
    assert told.endswith("\n\nequal\n")


def test_a_byte_that_differs_is_told(tmp_path, monkeypatch, capsys):
    def damage(folder, data, *, kills, random):
        prove_resume.finish(folder, data)
        history = folder / "history.parquet"
        history.write_bytes(history.read_bytes() + b"0")
        return []

    monkeypatch.setattr(prove_resume, "kill_at_random", damage)
    assert prove_resume.prove(tmp_path, kills=1, seed=1) == prove_resume.DIFFERENT
    assert capsys.readouterr().out.endswith("\n\nDIFFERENT\n")


def test_as_many_kills_as_there_are_steps(capsys):
    with pytest.raises(SystemExit) as end:
        prove_resume.main(["--kills", "29"])
    assert end.value.code == 2
    assert "--kills is 29; give 1 to 28" in capsys.readouterr().err
