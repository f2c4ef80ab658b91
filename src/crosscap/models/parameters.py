"""How many parameters a model has, by part, and how many each language brings (the point of LIWE: almost none)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from crosscap.models.encoders import CharacterEncoder, WordEncoder, word_table
from crosscap.models.joint import JointModel
from crosscap.models.store import Symbols


def parameter_counts(model: JointModel) -> dict[str, int]:
    """Count the trained parameters of each part; `frozen` ones and those of learned `maps` count apart."""
    parts = {"images": model.images, **dict(model.texts.named_children())}
    counts = {name: sum(p.numel() for p in part.parameters() if p.requires_grad) for name, part in parts.items()}
    counts["frozen"] = sum(p.numel() for p in model.parameters() if not p.requires_grad)
    table = word_table(model.texts)
    counts["maps"] = table.maps.numel() if table is not None and table.mapped else 0
    return {name: count for name, count in counts.items() if count}


def added_parameters(model: JointModel, symbols: Symbols, *, letters: Mapping[str, set[str]]) -> dict[str, int]:
    """Return how many parameters each language alone brings, trained or not.

    Its words that no other language shares, its map, its own text encoder; where words are read by letters, the
    vectors of letters that only it has (`letters` are those of each language). A transformer over subwords, and frozen
    features of sentences, take a further language as they are.
    """
    languages = model.architecture.languages
    if isinstance(model.texts, CharacterEncoder):
        return {
            language: count * model.texts.words.letters.embedding_dim
            for language, count in _own(letters, languages).items()
        }
    table = word_table(model.texts)
    if table is None:
        return dict.fromkeys(languages, 0)
    shared = model.architecture.recipe.vectors == "scratch_shared"
    own = _own({language: set(words) for language, words in symbols.words.items()}, languages)
    added = {}
    for number, language in enumerate(languages):
        words = own[language] if shared else len(symbols.words[language])
        added[language] = words * table.dimension + (table.maps[number].numel() if table.mapped else 0)
        if isinstance(model.texts, WordEncoder) and len(model.texts.recurrences) > 1:
            added[language] += sum(p.numel() for p in model.texts.recurrences[number].parameters())
    return added


def _own(symbols: Mapping[str, set[str]], languages: tuple[str, ...]) -> dict[str, int]:
    """Return how many symbols each language has that no other has."""
    times = Counter(symbol for language in languages for symbol in symbols[language])
    return {language: sum(times[symbol] == 1 for symbol in symbols[language]) for language in languages}
