"""Which language a query is in, of those that an index answers in.

py3langid (a naive Bayes model over character sequences, after Lui and Baldwin 2012) was chosen over lingua on the
captions of XTD10 in eleven languages: docs/search.md has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from crosscap.search.once import Once


class Detector:
    """Tells languages apart; those that py3langid does not know are never guessed."""

    def __init__(self, languages: Sequence[str]) -> None:
        """Take the languages to choose from; the detector's model is read when it is first needed."""
        self.languages = tuple(languages)
        self._identifier = Once(lambda: _identifier(self.languages))

    def detect(self, text: str) -> str:
        """Return the likeliest language, the first one where there is nothing to go by."""
        if len(self.languages) == 1 or not any(character.isalpha() for character in text):
            return self.languages[0]
        identifier = self._identifier()
        return str(identifier.classify(text)[0]) if identifier.nb_classes else self.languages[0]


def _identifier(languages: Sequence[str]) -> LanguageIdentifier:
    """Return py3langid, restricted to those of the languages that it knows."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([language for language in languages if language in identifier.labels])
    return identifier
