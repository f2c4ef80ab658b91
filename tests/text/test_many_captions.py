"""Captions that several processes share."""

import logging

import pytest

from crosscap.faults import InputError
from crosscap.text import many_captions
from crosscap.text.many_captions import tokenize_many
from crosscap.text.tokens import tokenize

CAPTIONS = [f"A man's {number} Dogs, in the U.S. \u3000Café." for number in range(50)] + ["", " \u2028 ", "*"]


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(many_captions, "WORTHWHILE", 20)
    monkeypatch.setattr(many_captions, "PART", 7)


@pytest.mark.parametrize(("language", "lowercase"), [("en", True), ("de", False), ("ja", True), ("tr", True)])
def test_processes_split_captions_as_one_does(language, lowercase):
    settings = {"language": language, "tokenizer": "auto", "lowercase": lowercase}
    assert tokenize_many(CAPTIONS, processes=2, **settings) == tokenize(CAPTIONS, **settings)


@pytest.mark.parametrize(("count", "processes", "shared"), [(20, 2, True), (19, 2, False), (20, 1, False)])
def test_few_captions_start_no_process(count, processes, shared, monkeypatch):
    started = []
    monkeypatch.setattr(many_captions, "Parallel", lambda **options: started.append(options) or list)
    monkeypatch.setattr(many_captions, "delayed", lambda function: function)
    settings = {"language": "en", "tokenizer": "auto", "lowercase": True}
    assert tokenize_many(CAPTIONS[:count], processes=processes, **settings) == tokenize(CAPTIONS[:count], **settings)
    assert bool(started) == shared


def test_faults_and_warnings_are_the_jobs_own(caplog):
    with pytest.raises(InputError, match=r"tokens\.tokenizer is spacy"):
        tokenize_many(CAPTIONS, language="en", tokenizer="spacy", lowercase=True, processes=2)
    with caplog.at_level(logging.WARNING, logger="crosscap"):
        tokenize_many(CAPTIONS, language="my", tokenizer="words", lowercase=True, processes=2)
    assert "my is written without spaces" in caplog.text
