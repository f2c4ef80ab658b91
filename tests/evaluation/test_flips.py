"""Flipped queries: an example by eye, several seeds, and which ones come first."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from crosscap.evaluation.flips import count_flips, furthest_flips, paired_ranks


def ranks_of(ranks: Sequence[int], *, task: str = "text_to_image", language: str = "en") -> pd.DataFrame:
    """Return the table ranks of queries q0, q1, ... with these ranks from 0; optimistically all are found."""
    names = [f"q{number}" for number in range(len(ranks))]
    return pd.DataFrame(
        {
            "query_id": names,
            "image_id": [f"i{name}" for name in names],
            "benchmark": "scenes",
            "task": task,
            "language": language,
            "fold": 0,
            "rank_optimistic": 0,
            "rank_pessimistic": ranks,
        }
    )


A = [0, 9, 10, 3, 50, 12, 0]
B = [0, 10, 9, 30, 60, 4, 90]  # beside A: both, a, b, a, neither, b, a


def test_flips_by_eye() -> None:
    paired = paired_ranks([ranks_of(A)], [ranks_of(B)])
    assert count_flips(paired, cutoff=10).to_dict("records") == [
        {"task": "text_to_image", "language": "en", "queries": 7, "both": 1, "only_a": 3, "only_b": 2, "neither": 1}
    ]
    chosen = furthest_flips(paired, cutoff=10, count=10)
    assert chosen[["query_id", "image_id", "rank_a", "rank_b"]].to_numpy().tolist() == [
        ["q6", "iq6", 0, 90],
        ["q3", "iq3", 3, 30],
        ["q1", "iq1", 9, 10],
        ["q5", "iq5", 12, 4],
        ["q2", "iq2", 10, 9],
    ]


@pytest.mark.parametrize(
    ("count", "names"), [(0, []), (1, ["q6"]), (2, ["q6", "q5"]), (4, ["q6", "q3", "q5", "q2"]), (5, "q6 q3 q1 q5 q2")]
)
def test_half_are_found_by_each_and_more_of_one_sort_where_the_other_has_too_few(
    count: int, names: list[str] | str
) -> None:
    chosen = furthest_flips(paired_ranks([ranks_of(A)], [ranks_of(B)]), cutoff=10, count=count)
    assert chosen["query_id"].to_list() == (names.split() if isinstance(names, str) else names)


def test_turned_round_the_same_queries_flip() -> None:
    one, other = paired_ranks([ranks_of(A)], [ranks_of(B)]), paired_ranks([ranks_of(B)], [ranks_of(A)])
    there, back = (furthest_flips(paired, cutoff=10, count=10) for paired in (one, other))
    assert set(there["query_id"]) == set(back["query_id"])
    assert count_flips(one, cutoff=10)["only_a"].to_list() == count_flips(other, cutoff=10)["only_b"].to_list()


def test_a_query_of_several_seeds_is_found_where_more_than_half_find_it() -> None:
    seeds = [ranks_of([0, 0, 0]), ranks_of([0, 20, 30]), ranks_of([0, 0, 40]), ranks_of([50, 20, 50])]
    paired = paired_ranks(seeds, [ranks_of([0, 0, 0])])
    assert paired["rank_a"].to_list() == [0, 20, 40]
    assert paired_ranks(seeds[:3], [ranks_of([0, 0, 0])])["rank_a"].to_list() == [0, 0, 30]


def test_each_task_and_language_has_its_own_and_only_shared_ones_count() -> None:
    german, images = ranks_of(A, language="de"), ranks_of(A, task="image_to_text")
    one = pd.concat([german, ranks_of(A), images])
    other = pd.concat([ranks_of(B), ranks_of(B, language="de"), ranks_of(B, language="ja")])
    paired = paired_ranks([one], [other])
    counts = count_flips(paired, cutoff=1)
    assert counts[["task", "language"]].to_numpy().tolist() == [["text_to_image", "de"], ["text_to_image", "en"]]
    chosen = furthest_flips(paired, cutoff=1, count=1)
    assert chosen[["language", "query_id"]].to_numpy().tolist() == [["de", "q6"], ["en", "q6"]]
