"""The scripts of the summary and the report on an invented run: what readers get, equal bytes, no harm in captions."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from summarize_results import summarize_results
from write_report import write_report

from crosscap.report import published
from crosscap.report.export import read_csv

RUNS = [("mono-de", 1), ("fme", 1), ("ame", 1), ("ame", 2)]
ZERO_SHOT = {"mono-de": ["fr"], "fme": [], "ame": []}
VOID = {"meta", "img", "link", "br", "hr", "input"}
FIGURES = ("comparison", "learning_curves", "trade_off")


def make_report(folder: Path, target: Path, *, photos: bool = True) -> dict[str, str]:
    """Run both scripts on the files in `folder` and return the texts that they write to `target`."""
    summary = {name: target / f"results.{name}" for name in ("csv", "markdown", "latex")} | {"tests": target / "t.csv"}
    runs = [folder / name / f"seed{seed}" for name, seed in RUNS]
    summarize_results(
        {
            "metrics": [
                folder / "baseline_metrics.parquet",
                *(run / f"{table}.parquet" for run in runs for table in ("metrics", "translation")),
                folder / "similarity.parquet",
            ],
            "ranks": [run / "ranks.parquet" for run in runs],
            "baseline_ranks": folder / "baseline_ranks.parquet",
            "models": [run / "model" for run in runs],
            "quarantined": folder / "quarantine.json",
        },
        summary,
        runs=RUNS,
        settings={"permutations": 200, "seed": 1},
        published=["ame_t1", "ame_t3", "gella_rank"],
        zero_shot=ZERO_SHOT,
    )
    outputs = {"page": target / "report.html", **{name: target / f"{name}.svg" for name in FIGURES}}
    inputs = {
        "results": summary["csv"],
        "tests": summary["tests"],
        **{name: folder / f"{name}.parquet" for name in ("images", "captions")},
        "quarantined": folder / "quarantine.json",
        "checked": folder / "doctor.json",
        "models": [run / "model" for run in runs],
        "histories": [run / "history.parquet" for run in runs],
        **{name: [run / f"{name}.parquet" for run in runs] for name in ("ranks", "embeddings")},
        "baseline_ranks": folder / "baseline_ranks.parquet",
        "tagged": [run / "tagged.parquet" for run in runs] if photos else [],
        "tags": [folder / "tags.parquet"],
        "truth": [folder / "truth.parquet"],
        "coverages": [folder / "vectors/en.json", folder / "vectors/de.json"],
        "lexicons": [folder / "lexicon/de-en.json"],
        "mappings": [folder / "mapping/de-en.json"],
        "translations": [folder / "translations/de.json"],
        "overlaps": [folder / "sts-overlap.json"],
    }
    examples: Any = {"images_folder": str(folder) if photos else None, "count": 4, "seed": 1}
    write_report(
        inputs,
        outputs,
        dataset="<i>invented</i>",
        context=["xtd_t2i_r10"],
        examples=examples,
        comparing={"pairs": [("ame", "fme"), ("fme", "ridge")] if photos else [], "resamples": 50, "random_seed": 1},
        zero_shot=ZERO_SHOT,
    )
    return {name: path.read_text(encoding="utf-8") for name, path in {**summary, **outputs}.items()}


@pytest.fixture(scope="module", autouse=True)
def _one_published_table_fits() -> Iterator[None]:
    """Let ame_t1 hold for as many images and captions as the invented run has; ame_t3 keeps its own numbers."""
    fitting = published.sources()
    fitting["ame_t1"] = replace(fitting["ame_t1"], images="40", captions="80")
    fitting["gella_rank"] = replace(fitting["gella_rank"], images="40", captions="-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(published, "sources", lambda kind="": {n: s for n, s in fitting.items() if kind in ("", s.kind)})
        yield


@pytest.fixture(scope="module")
def texts(run_files: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return make_report(run_files, tmp_path_factory.mktemp("report"))


def test_a_shorter_test_set_is_told_before_any_figure(texts: dict[str, str]) -> None:
    shorter = "THE TEST SET IS SHORTER: 40 of its 41 images are left."
    for name, first in (("markdown", "## "), ("latex", r"\begin{table"), ("page", "<figure>")):
        assert texts[name].index(shorter) < texts[name].index(first)
        assert "1 photo quarantined with 2 captions: 1 test." in texts[name]
    assert "\\noindent\\textbf{THE TEST SET IS SHORTER" in texts["latex"]  # in print too
    assert '<th scope="row">&lt;b&gt;.jpg</th>' in texts["page"]
    assert "D-133 photo" in texts["page"]


def test_captions_of_the_test_set_that_are_trained_on_are_told(texts: dict[str, str]) -> None:
    assert "test captions, German" in texts["page"]


class Elements(HTMLParser):
    """Checks that elements close in order, and collects tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_well_formed_and_needs_nothing_from_outside(texts: dict[str, str]) -> None:
    parser = Elements()
    parser.feed(texts["page"])
    assert parser.open == []
    addresses = [
        value for _, name, value in parser.attributes if name in {"src", "href", "xlink:href", "data", "action"}
    ]
    assert addresses
    assert all(value.startswith(("#", "data:image/jpeg;base64,")) for value in addresses)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _, _ in parser.attributes}
    assert "<script" not in texts["page"]
    assert "default-src 'none'" in texts["page"]
    assert "@import" not in texts["page"]
    assert not re.search(r"url\((?!#)", texts["page"])


def test_page_shows_the_figures_of_the_results(texts: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(texts["csv"], encoding="utf-8")
    results = read_csv(tmp_path / "results.csv")
    ours = results[(results["experiment"] == "ame") & (results["task"] == "text_to_image")]
    for value in ours.loc[ours["metric"].isin(["R@1", "R@5", "R@10"]), "value"]:
        assert f"<span>{value:.1f}</span>" in texts["page"]
    for expected in (
        "8,190",
        "1,234",
        "61.5 (66.5)",
        "Machine-translated training captions",
        "sts, German",
        "Word translation (alignment ratio)",
        "en-de, CSLS",
        "Mohammadshahi et al. 2019, Table 1",
        "50.5",
        "<span>81.5</span>",
    ):
        assert expected in texts["page"]


def test_no_figure_of_a_reconstruction_stands_without_its_label(texts: dict[str, str], tmp_path: Path) -> None:
    lines = [line for line in texts["markdown"].splitlines() if line.startswith("| fme")]
    assert lines
    assert all(line.startswith("| fme (reconstruction) ") for line in lines)
    assert "\n- fme: reconstruction; rebuilt from &lt;hearsay&gt;\n" in texts["markdown"]
    assert not re.search(r"^fme (?!\(reconstruction\))", texts["latex"], flags=re.MULTILINE)
    (tmp_path / "results.csv").write_text(texts["csv"], encoding="utf-8")
    rows = read_csv(tmp_path / "results.csv").query("experiment == 'fme'")
    assert (set(rows["fidelity"]), set(rows["note"])) == ({"reconstruction"}, {"rebuilt from <hearsay>"})
    named = re.findall(r'<tr class="trained[^>]*>\n<th scope="row">fme(.*?)</th>', texts["page"])
    assert len(named) > 4
    assert set(named) == {" <small>reconstruction</small>"}
    assert "rebuilt from &lt;hearsay&gt;" in texts["page"]
    assert "fme (reconstruction)" in texts["comparison"]


def test_a_training_in_rounded_products_is_told_with_its_results(texts: dict[str, str], tmp_path: Path) -> None:
    note = "trained with the encoders' products in bfloat16"
    assert f"\n- ame: paper; {note}\n" in texts["markdown"]
    assert f"% ame: paper; {note}\n" in texts["latex"]
    assert note.replace("'", "&#39;") in texts["page"]
    (tmp_path / "results.csv").write_text(texts["csv"], encoding="utf-8")
    rows = read_csv(tmp_path / "results.csv")
    assert set(rows.loc[rows["note"] == note, "experiment"]) == {"ame"}
    assert set(rows.loc[(rows["kind"] == "trained") & (rows["experiment"] == "ame"), "note"]) == {note}


def test_benchmarks_zero_shot_languages_and_missing_figures_are_shown(texts: dict[str, str]) -> None:
    markdown = texts["markdown"]
    table = markdown[markdown.index("## Similarity of sentences") :]
    assert "| mono-de (paper) | 61.2 (60.0–62.0) | 55.5† (54.0–57.0) |" in table
    assert "† zero-shot: the system was not trained on this language." in table
    assert re.search(r"\| VSE, cosine \(gella\\_rank\) +\| missing ", markdown)
    assert "<span>missing</span>" in texts["page"]
    assert "<span>55.5†</span>" in texts["page"]
    assert re.search(r">mono-de</th>.*French</td></tr>", texts["page"])  # in the table of labels


def test_other_scales_stand_apart(texts: dict[str, str]) -> None:
    before, context = texts["page"].split('<section id="context">')
    context, after = context.split('<section id="training">')
    assert "Pre-trained on 10⁸–10¹⁰ image-text pairs; zero-shot unless stated; not comparable." in context
    assert "nllb-clip-large-siglip, mrl" in context
    assert "nllb-clip" not in before + after + texts["markdown"] + texts["csv"] + texts["latex"]


def test_page_shows_data_set_captions_and_image_names_as_text(texts: dict[str, str]) -> None:
    assert "<title>&lt;i&gt;invented&lt;/i&gt;" in texts["page"]
    assert "Two &lt;b&gt;red&lt;/b&gt; balls &amp; a &#34;cube&#34; = {{7*7}}" in texts["page"]
    assert "<b>" not in texts["page"]
    assert 'lang="de"' in texts["page"]


def test_page_shows_right_and_wrong_answers_with_thumbnails(texts: dict[str, str]) -> None:
    assert texts["page"].count('<article class="right">') == 4  # half of 4 queries in each of 2 languages
    assert texts["page"].count('<article class="wrong">') == 4
    assert texts["page"].count("data:image/jpeg;base64,") >= 2 * 4 * 5


def test_page_shows_the_best_tags_of_images_as_text(texts: dict[str, str]) -> None:
    tagged = texts["page"].split("<h3>Tags</h3>")[1].split("</section>")[0]
    assert tagged.count('<article class="tagged">') == tagged.count("data:image/jpeg;base64,") == 4
    assert "The tags whose names ame puts nearest" in tagged
    expected = '<span class="tag own">Ball ✓</span> <span class="tag">Würfel</span> <span class="tag">&lt;Skript&gt;'
    assert tagged.count(expected) == 4
    assert tagged.index("English") < tagged.index("German")


def test_page_compares_the_pairs_that_are_named(texts: dict[str, str], tmp_path: Path) -> None:
    section = texts["page"].split('<section id="comparisons">')[1].split("</section>")[0]
    first = section.index("ame (paper) with seeds 1, 2 against fme (reconstruction) with seed 1")
    assert first < section.index("fme (reconstruction) with seed 1 against ridge")
    assert "adjusted p counts all pairs of experiments" in section
    (tmp_path / "tests.csv").write_text(texts["tests"], encoding="utf-8")
    tests = read_csv(tmp_path / "tests.csv")
    pair = (tests["experiment_a"] == "fme") & (tests["experiment_b"] == "ame") & (tests["benchmark"] == "invented")
    assert pair.sum() == 18
    for row in tests[pair].itertuples():
        assert f"<td>{-row.difference:+.1f}</td>" in section
        assert f"<td>{row.p_value:.4f}</td><td>{row.p_adjusted:.4f}</td>" in section
    assert '<article class="tagged right">' in section
    assert "Two &lt;b&gt;red&lt;/b&gt; balls &amp; a &#34;cube&#34; = {{7*7}}" in section
    assert 'href="#comparisons"' in texts["page"]


def test_page_without_photos_names_the_images(run_files: Path, tmp_path: Path) -> None:
    page = make_report(run_files, tmp_path, photos=False)["page"]
    assert "data:image" not in page
    assert "comparisons" not in page  # none was asked for
    assert "<h3>Tags</h3>" not in page
    assert re.search(r'<span class="name">photo \d\d.png</span>', page)


def test_results_are_equal_bytes_in_another_folder(run_files: Path, texts: dict[str, str], tmp_path: Path) -> None:
    moved = tmp_path / "another place, 別"
    shutil.copytree(run_files, moved)
    again = make_report(moved, tmp_path / "out")
    assert again == texts
    assert not any(str(tmp_path) in text or str(run_files) in text for text in again.values())


def test_summary_marks_published_rows_and_counts_seeds(texts: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(texts["csv"], encoding="utf-8")
    results = read_csv(tmp_path / "results.csv")
    assert list(pd.unique(results["kind"])) == ["baseline", "trained", "published"]
    assert set(results.loc[results["experiment"] == "ame", "seeds"]) == {2}
    quoted = results[results["kind"] == "published"]
    assert (set(quoted["source"]), set(quoted["language"])) == ({"ame_t1", "gella_rank"}, {"en", "de"})
    assert not results.loc[results["kind"] == "published", "best"].any()


def test_figures_stand_alone_and_carry_no_date(texts: dict[str, str]) -> None:
    for name in FIGURES:
        assert texts[name].startswith("<?xml")
        assert "currentColor" in texts[name]
        assert not re.search(r"20\d\d-\d\d|matplotlib\.org|id=\"figure", texts[name])
