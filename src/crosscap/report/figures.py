"""The report's figures as SVG texts that are equal whenever their data are.

Text and axes are drawn in ``currentColor``, so a page shows them in its own colour, light or dark. Curves take the
colours of Okabe and Ito (2008), which people with colour-deficient sight can tell apart, and different dashes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crosscap.report.facts import labelled
from crosscap.report.names import language_name

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = ("-", "--", "-.", (0, (1, 1)))
GREY = "#808080"  # readable on white and on black
INK = "#010203"  # stands for currentColor; no other colour here is equal to it
STYLE: dict[Any, Any] = {
    **{"svg.hashsalt": "crosscap", "svg.fonttype": "none", "text.parse_math": False, "font.size": 10},
    **{"font.family": ["DejaVu Sans"], "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 11},
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor"), INK),
    **{"xtick.color": INK, "ytick.color": INK, "axes.facecolor": "none", "figure.facecolor": "none"},
    **{"axes.grid": True, "grid.color": GREY, "grid.alpha": 0.25, "grid.linewidth": 0.6, "axes.axisbelow": True},
}
PANEL_INCHES = (3.6, 2.9)
RECALLS_OF_RSUM = 6


def draw_figures(
    results: pd.DataFrame, *, models: Sequence[Mapping[str, Any]], histories: Sequence[pd.DataFrame]
) -> dict[str, str]:
    """Return the figures by name; the histories stand in the order of the models' descriptions."""
    named = [
        history.assign(experiment=model["experiment"], seed=model["seed"])
        for model, history in zip(models, histories, strict=True)
    ]
    history = pd.concat(named, ignore_index=True)
    spoken = set(history["language"])  # less those that were never trained on
    searched = results.loc[results["task"] == "text_to_image", "language"]
    languages = [code for code in dict.fromkeys(searched) if code in spoken]
    return {
        "comparison": comparison(results),
        "learning_curves": learning_curves(history, languages=languages),
        "trade_off": trade_off(history),
    }


def comparison(results: pd.DataFrame) -> str:
    """Draw text to image R@10 of baselines and experiments with its 95 % interval, a panel a language.

    Of several benchmarks the first is drawn: the whole split.
    """
    wanted = (results["task"] == "text_to_image") & (results["metric"] == "R@10") & (results["kind"] != "published")
    rows = results[wanted & (results["benchmark"] == results.loc[wanted, "benchmark"].iloc[0])]
    trained = list(rows.loc[rows["kind"] == "trained", "experiment"].unique())
    names = [*(name for name in rows["experiment"].unique() if name not in trained), *trained]
    rebuilt = dict.fromkeys(rows.loc[rows["fidelity"] == "reconstruction", "experiment"], "reconstruction")
    with mpl.rc_context(STYLE):
        figure, axes = _panels(list(rows["language"].unique()), height=0.9 + 0.28 * len(names))
        for language, axis in axes.items():
            figures = rows.loc[rows["language"] == language, ["experiment", "value", "low", "high"]]
            for name, value, low, high in figures.itertuples(index=False, name=None):
                place, colour = names.index(name), _colour(name, trained)
                axis.plot([low, high], [place, place], color=colour, linewidth=2.5, alpha=0.5)
                axis.plot(value, place, "o", color=colour, markersize=7)
            axis.set_xlabel("R@10, %")
            axis.set_xlim(-3, 103)
            axis.set_yticks(range(len(names)), [labelled(name, rebuilt) for name in names])
            axis.set_ylim(len(names) - 0.5, -0.5)
        return _svg(figure)


def learning_curves(history: pd.DataFrame, *, languages: Sequence[str]) -> str:
    """Draw the sum of recalls on the validation split over the steps of training, a panel a language."""
    rows = history[(history["metric"] == "rsum") & history["language"].isin(list(languages))]
    trained = list(history["experiment"].unique())
    with mpl.rc_context(STYLE):
        figure, axes = _panels(languages, height=PANEL_INCHES[1])
        for (language, name, _), curve in rows.groupby(["language", "experiment", "seed"], sort=False):
            axes[str(language)].plot(curve["step"], curve["value"], **_line(str(name), trained))
        for axis in axes.values():
            axis.set_xlabel("step")
        next(iter(axes.values())).set_ylabel("sum of recalls")
        _legend(figure, trained, trained)
        return _svg(figure)


def trade_off(history: pd.DataFrame) -> str:
    """Draw retrieval against alignment over training, a path an experiment and seed (AME, figure 2).

    Retrieval is the mean of the six recalls over languages, alignment the mean alignment ratio over directions. A
    hollow point is the first validation, a filled one the last.
    """
    trained = list(history["experiment"].unique())
    with mpl.rc_context(STYLE):
        figure, axes = _panels([""], height=3.6, width=5.6)
        axis = axes[""]
        for (name, _), rows in history.groupby(["experiment", "seed"], sort=False):
            path = _trade_off_path(rows)
            if len(path):
                axis.plot(path["recall"], path["alignment"], marker=".", **_line(str(name), trained))
                colour = _colour(str(name), trained)
                axis.plot(*path.iloc[0], "o", color=colour, markersize=8, markerfacecolor="white")
                axis.plot(*path.iloc[-1], "o", color=colour, markersize=8)
        axis.set_xlabel("mean recall on validation, %")
        axis.set_ylabel("alignment ratio, %")
        _legend(figure, [name for name in trained if _aligned(history, name)], trained)
        return _svg(figure)


def _trade_off_path(rows: pd.DataFrame) -> pd.DataFrame:
    """Return mean recall and mean alignment ratio at each validation that has both."""
    recalls = rows[(rows["metric"] == "rsum") & (rows["language"] != "all")]
    ratios = rows[rows["metric"] == "alignment_ratio"]
    path = pd.DataFrame(
        {
            "recall": recalls.groupby("step")["value"].mean() / RECALLS_OF_RSUM,
            "alignment": ratios.groupby("step")["value"].mean(),
        }
    )
    return path.dropna()


def _aligned(history: pd.DataFrame, name: str) -> bool:
    """Return whether an experiment's alignment was measured."""
    return bool(((history["experiment"] == name) & (history["metric"] == "alignment_ratio")).any())


def _panels(
    languages: Sequence[str], *, height: float, width: float = PANEL_INCHES[0]
) -> tuple[Figure, dict[str, Axes]]:
    """Return a figure with a panel a language, side by side on the same scale."""
    figure = Figure(figsize=(max(width * len(languages), 5.6), height), layout="constrained")
    grid = figure.subplots(1, max(1, len(languages)), sharey=True, squeeze=False)
    axes = dict(zip(languages or [""], grid[0], strict=True))
    for language, axis in axes.items():
        axis.set_title(language_name(language))
        axis.tick_params(length=0)
    return figure, axes


def _colour(name: str, trained: Sequence[str]) -> str:
    """Return the colour of an experiment; baselines are grey."""
    return COLOURS[list(trained).index(name) % len(COLOURS)] if name in trained else GREY


def _line(name: str, trained: Sequence[str]) -> dict[str, Any]:
    """Return colour and dash of an experiment's curve; past the colours, the dash tells experiments apart."""
    place = list(trained).index(name)
    dash = DASHES[(place + place // len(COLOURS)) % len(DASHES)]
    return {"color": _colour(name, trained), "linestyle": dash, "linewidth": 1.8}


def _legend(figure: Figure, names: Sequence[str], trained: Sequence[str]) -> None:
    """Write the experiments' names below the panels."""
    handles = [Line2D([], [], **_line(name, trained)) for name in names]
    if handles:
        figure.legend(handles, list(names), loc="outside lower center", ncols=min(len(names), 6), frameon=False)


def _svg(figure: Figure) -> str:
    """Return a figure as SVG without date, fonts or names of elements, which would clash on a page with several."""
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = re.sub(r'<g id="[^"]*">', "<g>", target.getvalue())
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return text.replace(INK, "currentColor")
