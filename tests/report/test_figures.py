"""The figures: equal bytes for equal data, names as text, and nothing to draw is no fault."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pandas as pd

from crosscap.report.figures import COLOURS, comparison, draw_figures, learning_curves, trade_off

NAME = "a<b> & $x_1^2$"


def history(*metrics: str) -> pd.DataFrame:
    rows = [(step, "en", metric, step / 10.0) for metric in metrics for step in (100, 200, 300)]
    frame = pd.DataFrame(rows, columns=["step", "language", "metric", "value"])
    return frame.assign(experiment=NAME, seed=1, epoch=1.0)


def results() -> pd.DataFrame:
    columns = ["kind", "experiment", "task", "language", "metric", "value", "low", "high"]
    rows = [
        ("baseline", "chance", "text_to_image", "en", "R@10", 5.0, float("nan"), float("nan")),
        ("trained", NAME, "text_to_image", "en", "R@10", 70.0, 66.0, 74.0),
    ]
    return pd.DataFrame(rows, columns=columns).assign(fidelity="", benchmark="scenes")


def test_a_reconstruction_is_labelled_in_the_comparison() -> None:
    text = comparison(results().assign(fidelity=["", "reconstruction"]))
    assert f"{NAME} (reconstruction)" in "".join(ElementTree.fromstring(text).itertext())


def test_figures_are_repeatable_and_well_formed_with_names_as_text() -> None:
    full = history("rsum", "alignment_ratio")
    for draw in (
        lambda: comparison(results()),
        lambda: learning_curves(full, languages=["en"]),
        lambda: trade_off(full),
    ):
        text = draw()
        assert text == draw()
        shown = "".join(ElementTree.fromstring(text).itertext())
        assert NAME in shown
        assert COLOURS[0] in text


def test_a_panel_of_the_learning_curves_is_a_language_that_was_searched_and_trained() -> None:
    searched = [results(), results().assign(language="fr")]
    others = [
        results().assign(task=task, language=code) for task, code in (("consistency", "all"), ("text_text", "en-fr"))
    ]
    trained = pd.concat([history("rsum", "alignment_ratio"), history("rsum").assign(language="all")])
    model = {"experiment": NAME, "seed": 1}
    drawn = draw_figures(pd.concat([*searched, *others]), models=[model], histories=[trained])
    assert drawn["learning_curves"] == learning_curves(trained.assign(**model), languages=["en"])


def test_no_alignment_leaves_the_trade_off_empty() -> None:
    text = trade_off(history("rsum"))
    assert "mean recall on validation" in text
    assert COLOURS[0] not in text


def test_of_a_split_measured_in_folds_too_the_whole_is_compared() -> None:
    in_folds = results().assign(benchmark="scenes folds of 40", value=99.0)
    assert comparison(pd.concat([results(), in_folds])) == comparison(results())
