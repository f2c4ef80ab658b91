"""Which captions count where a language has both those of the data set and machine translations."""

from __future__ import annotations

import pandas as pd

MACHINE = "machine"


def without_translations(tokens: pd.DataFrame, *, training: bool) -> pd.DataFrame:
    """Leave out the machine translations of each language that has other captions too.

    Of the training captions where `training`, else of all others: what a model is measured on is not what a machine
    wrote, where there is a choice.
    """
    concerned = (tokens["split"] == "train") == training
    machine = tokens["origin"] == MACHINE
    written = set(tokens.loc[concerned & ~machine, "language"])
    return tokens[~(concerned & machine & tokens["language"].isin(written))]


def replaced_by_translations(captions: pd.DataFrame) -> pd.DataFrame:
    """Leave out the training captions that no machine wrote, so that translations take the place of the data set's."""
    return captions[(captions["split"] != "train") | (captions["origin"] == MACHINE)].reset_index(drop=True)
