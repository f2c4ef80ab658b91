"""Libraries of pretrained models, which may be missing."""

import sys

import pytest

from crosscap.faults import InputError
from crosscap.models.libraries import first_line, load_library
from crosscap.models.pretrained_sentences import sentence_vectors
from crosscap.models.translator import Direction, translate


def test_a_library_that_is_there():
    assert load_library("json").dumps([1]) == "[1]"


@pytest.mark.parametrize(
    ("library", "use"),
    [
        ("sentence_transformers", lambda: sentence_vectors(["a"], "LaBSE", batch_size=1)),
        ("transformers", lambda: translate(["a"], "x", direction=Direction("en", "de", {}), beams=1, batch_size=1)),
    ],
)
def test_a_missing_library_says_how_to_install_it(monkeypatch, library, use):
    monkeypatch.setitem(sys.modules, library, None)
    package = library.replace("_", "-")
    with pytest.raises(
        InputError, match=rf"library {package}, which.*pip install .crosscap\[transformers\].*-forge {package}"
    ):
        use()


def test_only_the_first_line_of_an_error_is_shown():
    assert first_line(OSError("\nno such model\nlong advice")) == "no such model"
    assert first_line(OSError()) == ""
