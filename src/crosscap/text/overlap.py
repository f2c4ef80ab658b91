"""How much of a benchmark's texts stands word for word among the captions that were trained on."""

from __future__ import annotations

import pandas as pd


def overlap_report(texts: pd.DataFrame, captions: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return for each language its different texts, how many have the words of a training caption, and the share.

    Keys: ``texts``, ``in_training``, ``percent``. Both arguments are tables tokens. Texts without words do not count.
    """
    trained = captions[captions["split"] == "train"]
    report = {}
    for language, frame in texts.groupby("language", sort=True):
        seen = {tuple(words) for words in trained.loc[trained["language"] == language, "tokens"]}
        distinct = {tuple(words) for words in frame["tokens"]} - {()}
        common = len(distinct & seen)
        percent = round(100 * common / len(distinct), 3) if distinct else 0.0
        report[str(language)] = {"texts": len(distinct), "in_training": common, "percent": percent}
    return report
