"""How long jobs take, by their last times and the cores that they share."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap.planning.dry_run import Job
from crosscap.planning.estimate import Cost, elapsed, last_cost

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def job(name: str, *inputs: str, threads: int = 1, benchmark: str = "") -> Job:
    return Job(name, {}, inputs=inputs, outputs=(name,), benchmark=benchmark, threads=threads, reason="")


def write(file: Path, seconds: float, megabytes: str = "500.0") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{HEADER}{seconds}\t0:00:12\t{megabytes}\t1\t1\t1\t1\t1\t1\t1\n")


class TestLastCost:
    def test_the_job_itself_comes_first(self, tmp_path: Path):
        train = job("train_model", benchmark="logs/scenes/train_model/ame-seed1.tsv")
        assert last_cost(train, tmp_path) is None
        write(tmp_path / "logs/scenes/train_model/fme-seed1.tsv", 10, "700.5")
        write(tmp_path / "logs/scenes/train_model/fme-seed2.tsv", 20, "600.5")
        assert last_cost(train, tmp_path) == Cost(15, 700.5)  # its like, until it has run
        write(tmp_path / train.benchmark, 31)
        assert last_cost(train, tmp_path) == Cost(31, 500)

    def test_other_rules_beside_it_are_not_its_like(self, tmp_path: Path):
        write(tmp_path / "logs/scenes/write_report.tsv", 10)
        assert last_cost(job("summarize_results", benchmark="logs/scenes/summarize_results.tsv"), tmp_path) is None

    @pytest.mark.parametrize("memory", ["NA", "-"])
    def test_a_job_too_short_for_its_memory_has_a_time(self, tmp_path: Path, memory: str):
        write(tmp_path / "logs/a.tsv", 0.2, memory)
        assert last_cost(job("a", benchmark="logs/a.tsv"), tmp_path) == Cost(0.2, 0)

    @pytest.mark.parametrize("text", ["", HEADER, HEADER + "12", HEADER + "x\ty\tz\n", "another\tformat\n1\t2\n"])
    def test_a_file_that_is_cut_short_or_of_another_format_is_no_time(self, tmp_path: Path, text: str):
        (tmp_path / "a.tsv").write_text(text)
        assert last_cost(job("a", benchmark="a.tsv"), tmp_path) is None

    def test_a_rule_without_a_benchmark_has_no_time(self, tmp_path: Path):
        assert last_cost(job("a"), tmp_path) is None


class TestElapsed:
    def test_jobs_wait_for_those_they_read(self):
        chain = [job("a"), job("b", "a"), job("c", "b")]
        assert elapsed(chain, {0: 1, 1: 2, 2: 3}, cores=8) == 6
        assert elapsed(chain[::-1], {2: 1, 1: 2, 0: 3}, cores=8) == 6  # in whatever order they are given

    def test_jobs_share_the_cores(self):
        four = [job(name) for name in "abcd"]
        seconds = dict.fromkeys(range(4), 10.0)
        assert [elapsed(four, seconds, cores=cores) for cores in (1, 2, 3, 4)] == [40, 20, 20, 10]

    def test_a_job_of_two_threads_takes_two_cores_or_all_there_are(self):
        jobs = [job("a", threads=2), job("b", threads=2)]
        assert elapsed(jobs, {0: 10, 1: 10}, cores=3) == 20
        assert elapsed(jobs, {0: 10, 1: 10}, cores=4) == 10
        assert elapsed(jobs, {0: 10, 1: 10}, cores=1) == 20

    def test_an_unknown_time_adds_nothing(self):
        assert elapsed([job("a"), job("b", "a")], {1: 5}, cores=1) == 5
        assert elapsed([], {}, cores=1) == 0

    def test_a_circle_ends(self):
        with pytest.raises(ValueError, match="waits for itself"):
            elapsed([job("a", "b"), job("b", "a")], {}, cores=1)
