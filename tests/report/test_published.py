"""The published tables: sums and averages that the sources print (arithmetic checks), schema, absent figures, names."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from crosscap.faults import InputError
from crosscap.report.published import ABSENT, COLUMNS, FOLDER, IDENTITY, KINDS, OPTIONAL, read_published, sources

RECALLS = ["R@1", "R@5", "R@10"]
TASKS = ["image_to_text", "text_to_image"]


def mean_recall(table: str, system: str, similarity: str) -> float:
    figures = read_published([table])
    rows = figures[(figures["system"] == system) & (figures["similarity"] == similarity) & figures["task"].isin(TASKS)]
    recalls = rows.loc[rows["metric"].isin(RECALLS), "value"]
    assert len(recalls) == 6
    return float(recalls.mean())


def alignment(table: str, system: str, similarity: str) -> float:
    figures = read_published([table])
    rows = figures[(figures["system"] == system) & (figures["similarity"] == similarity)]
    return float(rows.loc[rows["metric"] == "alignment_ratio", "value"].item())


@pytest.mark.parametrize(
    ("table", "reference", "similarity", "reference_similarity", "printed"),
    [
        ("ame_t1", "UVS (Kiros15)", "cosine", "cosine", 21.28),
        ("ame_t1", "Mono", "cosine", "cosine", 1.8),
        ("ame_t1", "UVS (Kiros15)", "order", "cosine", 25.26),  # the paper truncates 25.27
        ("ame_t2", "Parallel (Gella17)", "cosine", "cosine", 11.05),
        ("ame_t3", "UVS (Kiros15)", "cosine", "cosine", 10.42),
        ("ame_t4", "Mono", "cosine", "cosine", 6.25),
        ("ame_t4", "Mono", "order", "order", 3.66),  # the paper truncates 3.67
    ],
)
def test_improvements_of_ame_agree_with_the_papers_text(
    table: str, reference: str, similarity: str, reference_similarity: str, printed: float
) -> None:
    difference = mean_recall(table, "AME", similarity) - mean_recall(table, reference, reference_similarity)
    assert difference == pytest.approx(printed, abs=0.0101)


@pytest.mark.parametrize(("table", "printed"), [("ame_t1", 6.80), ("ame_t3", 8.93)])
def test_losses_of_alignment_agree_with_the_papers_text(table: str, printed: float) -> None:
    mean = (alignment(table, "AME", "cosine") + alignment(table, "AME", "order")) / 2
    assert alignment(table, "FME", "order") - mean == pytest.approx(printed, abs=0.0101)


@pytest.mark.parametrize(("table", "count"), [("nrccr_multi30k", 4), ("nrccr_other", 2)])
def test_sums_of_recalls_agree_with_the_printed_ones(table: str, count: int) -> None:
    figures = read_published([table]).dropna(subset=["value"])
    rows = figures.pivot_table(index=["language", "name"], columns=["task", "metric"], values="value").dropna()
    sums = rows[[(task, metric) for task in TASKS for metric in RECALLS]].sum(axis=1)
    assert len(rows) == count
    assert list(sums) == pytest.approx(list(rows[("image_text", "rsum")]), abs=0.1001)


def test_averages_of_other_scales_are_the_ones_of_the_languages() -> None:
    for table in ("xtd_t2i_r1", "xtd_t2i_r10"):
        figures = read_published([table], kind="context").pivot_table(index="name", columns="language", values="value")
        mean = figures.pop("all")
        assert figures.shape == (8, 11)
        assert list(figures.mean(axis=1)) == pytest.approx(list(mean), abs=0.1001)


def test_figures_quoted_twice_are_the_same() -> None:
    def recalls(table: str, dataset: str) -> dict[tuple[str, str], float]:
        rows = read_published([table]).query("dataset == @dataset and metric == 'R@1'")
        return {(row.system, row.task): row.value for row in rows.itertuples()}

    readme, listed = recalls("lavse_readme_single", "COCO"), recalls("lavse_full", "COCO 1K")
    differing = {key: (value, readme[key]) for key, value in listed.items() if readme[key] != value}
    assert differing == {("LIWE", "image_to_text"): (69.6, 71.8)}  # which both tables say
    assert all("69.6" in sources()[name].note for name in ("lavse_readme_single", "lavse_full"))
    readme, listed = recalls("lavse_readme_single", "Flickr30K"), recalls("lavse_full", "Flickr30K")
    assert listed.items() <= readme.items()


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.tsv")), ids=lambda file: file.stem)
def test_every_file_is_indexed_and_every_figure_a_number_or_said_to_be_absent(file: Path) -> None:
    if file.stem == "index":
        assert sorted([*sources(), "index"]) == sorted(path.stem for path in FOLDER.glob("*.tsv"))
        return
    head, *lines = [line.split("\t") for line in file.read_text(encoding="utf-8").removesuffix("\n").split("\n")]
    assert head[: len(IDENTITY)] == IDENTITY
    figures = [place for place, name in enumerate(head) if name not in [*IDENTITY, *OPTIONAL]]
    assert all(re.fullmatch(r"[a-z_]+ [A-Za-z0-9@_]+", head[place]) for place in figures)
    for line in lines:
        assert len(line) == len(head)
        assert re.fullmatch(r"all|[a-z]{2}(-[a-z]{2})?", line[0])
        assert line[2] in ("cosine", "order", "-")
        assert all(line[place] in ABSENT or re.fullmatch(r"\d+(\.\d+)?", line[place]) for place in figures)
    identities = [tuple(line[: len(IDENTITY) + 1 if "dataset" in head else len(IDENTITY)]) for line in lines]
    assert len(set(identities)) == len(identities)


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_table_is_read_and_has_a_source(kind: str) -> None:
    figures = read_published(list(sources(kind)), kind=kind)
    assert list(figures.columns) == COLUMNS
    assert set(figures["table"]) == set(sources(kind))
    assert (figures[["source", "dataset", "task", "metric", "name"]] != "").all(axis=None)
    assert set(sources("comparison")) | set(sources("context")) == set(sources())
    for source in sources(kind).values():
        assert source.source
        assert source.conditions
        assert source.described().startswith(f"{source.table}: {source.source}; ")


def test_the_published_systems_all_have_their_tables() -> None:
    assert list(sources("comparison")) == [
        *("ame_t1", "ame_t2", "ame_t3", "ame_t4", "ame_t5", "gella_rank", "gella_sts"),
        *("lavse_readme_single", "lavse_readme_m30k", "lavse_readme_yj", "lavse_full"),
        *("cl2cm_main", "nrccr_multi30k", "nrccr_other", "xtd10_own"),
    ]


def test_conditions_that_can_be_checked_are_numbers_or_not_stated() -> None:
    for source in sources().values():
        assert all(size == "-" or size.isdecimal() for size in (source.images, source.captions))


def test_an_absent_figure_says_why() -> None:
    figures = read_published(["ame_t1", "gella_rank"])
    absent = figures[figures["value"].isna()]
    networks = absent[(absent["system"] == "EmbeddingNet (Wang18)") & (absent["metric"] == "median_rank")]
    assert set(networks["note"]) == {"not reported"}
    assert set(absent.loc[absent["table"] == "gella_rank", "note"]) == {"no source found"}
    assert set(absent.loc[absent["table"] == "gella_rank", "printed"]) == {"missing"}
    unsourced = read_published(["gella_sts", "cl2cm_main", "xtd10_own"])
    assert (unsourced["printed"] == "missing").all()
    assert unsourced["note"].str.startswith("no source found").all()


def test_names_say_what_tells_rows_apart() -> None:
    figures = read_published(["ame_t5", "lavse_readme_m30k", "lavse_full"])
    assert {"AME, order", "LIWE", "LIWE, Flickr30K", "LIWE, COCO 1K"} <= set(figures["name"])


def test_rows_of_gella_that_ame_quotes_are_the_same_in_both() -> None:
    both = read_published(["ame_t2", "gella_rank"])
    both = both[(both["language"] == "de") & both["metric"].isin(RECALLS)]
    both = both.assign(system=both["system"].str.removesuffix(" (Gella17)"))
    quoted = both.pivot_table(
        index=["system", "similarity", "task", "metric"], columns="table", values="value"
    ).dropna()
    assert len(quoted) == 18
    pd.testing.assert_series_equal(quoted["ame_t2"], quoted["gella_rank"], check_names=False)


def test_an_unknown_table_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no table ame_t9; there are ame_t1, ame_t2"):
        read_published(["ame_t9"])
    with pytest.raises(InputError, match=r"report.published: no table xm3600_avg;"):
        read_published(["xm3600_avg"])
    with pytest.raises(InputError, match=r"report.context: no table ame_t1; there are xtd_t2i_r1"):
        read_published(["ame_t1"], kind="context")
