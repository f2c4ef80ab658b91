"""What is said of the runs, by eye: labels, settings, parameters."""

from __future__ import annotations

from typing import Any

from crosscap.report.runs import label_table, note_of, parameter_tables, plain_text, settings_tables, trained_parameters


def model(name: str, **training: Any) -> dict[str, Any]:
    return {
        "experiment": name,
        "seed": 1,
        "architecture": {"system": "ame", "similarity": "order", "languages": ["en", "de"]},
        "training": training,
        "paper": "Mohammadshahi et al. 2019",
        "fidelity": "paper",
        "steps": 1500,
        "best_step": 1200,
        "parameters": {"images": 1000, "recurrence": 200, "words": 30, "frozen": 5000, "maps": 4},
    }


def test_labels_stand_once_an_experiment_and_may_lack_a_note() -> None:
    rebuilt = {**model("b"), "fidelity": "reconstruction", "note": "the loss is a guess", "zero_shot": ["fr", "ja"]}
    table = label_table([model("a"), {**model("a"), "seed": 2}, rebuilt])
    assert table.rows == (
        ("a", "Mohammadshahi et al. 2019", "paper", "–", "–"),
        ("b", "Mohammadshahi et al. 2019", "reconstruction", "the loss is a guess", "French, Japanese"),
    )


def test_a_note_tells_of_rounded_products_only() -> None:
    rounded = model("a", precision="bfloat16")
    assert note_of(rounded) == "trained with the encoders' products in bfloat16"
    assert note_of({**rounded, "note": "a guess"}) == "a guess; trained with the encoders' products in bfloat16"
    assert note_of({**model("a", precision="float32"), "note": "a guess"}) == "a guess"
    assert note_of({"experiment": "made before there was a choice"}) == ""
    assert label_table([rounded]).rows[0][3] == "trained with the encoders' products in bfloat16"


def test_settings_that_differ_are_columns_and_the_others_are_listed_once() -> None:
    models = [
        model("a", rate=1e-3, margin={"cosine": 0.2}, steps=[15]),
        model("b", rate=1e-4, margin={"cosine": 0.2}, steps=[15]),
    ]
    experiments, shared = settings_tables(models)
    assert experiments.columns[-2:] == ("parameters", "rate")
    assert experiments.rows[1] == (
        *("b", "1", "ame", "Mohammadshahi et al. 2019 (paper)", "order", "en, de"),
        *("1,500", "1,200", "1,234", "0.0001"),
    )
    assert shared.rows == (("margin", "cosine: 0.2"), ("steps", "15"))


def test_parameters_are_shown_whatever_they_are_called() -> None:
    models = [
        {**model("liwe"), "parameters": {"letters": 12345, "images": 7}, "parameters_added": {"en": 240, "cs": 0}},
        {**model("ame"), "parameters": {"images": 9, "frozen": 5}},
    ]
    parts, added = parameter_tables(models)
    assert parts.columns == ("", "letters", "images", "frozen")
    assert parts.rows == (("liwe", "12,345", "7", "–"), ("ame", "–", "9", "5"))
    assert added.columns == ("", "English", "Czech")
    assert added.rows == (("liwe", "240", "0"),)


def test_what_is_frozen_is_not_trained() -> None:
    assert trained_parameters({"images": 10, "maps": 4, "frozen": 1000}) == 14


def test_settings_read_as_in_the_configuration() -> None:
    values = [{"form": "ratio", "power": 1}, {}, [], [10, 15], True, None, 0.002]
    assert [plain_text(value) for value in values] == ["form: ratio, power: 1", "–", "–", "10, 15", "yes", "–", "0.002"]
