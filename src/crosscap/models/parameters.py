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


def added_parameters(model: JointModel, symbols: Symbols, *, spoken: Mapping[str, set[str]]) -> dict[str, int]:
    """Return how many parameters each language alone brings, trained or not.

    Its words, its map, its own text encoder; where all languages share a table of words or of letters, the vectors of
    those that no other language has (`spoken` are the symbols of each). A transformer over subwords, and frozen
    features of sentences, take a further language as they are.
    """
    languages = model.architecture.languages
    if isinstance(model.texts, CharacterEncoder):
        return _own(spoken, languages, dimension=model.texts.words.letters.embedding_dim)
    table = word_table(model.texts)
    if table is None:
        return dict.fromkeys(languages, 0)
    if model.architecture.recipe.vectors == "scratch_shared":
        return _own(spoken, languages, dimension=table.dimension)
    added = {}
    for number, language in enumerate(languages):
        added[language] = len(symbols.words[language]) * table.dimension
        if table.mapped:
            added[language] += table.maps[number].numel()
        if isinstance(model.texts, WordEncoder) and len(model.texts.recurrences) > 1:
            added[language] += sum(p.numel() for p in model.texts.recurrences[number].parameters())
    return added


def _own(spoken: Mapping[str, set[str]], languages: tuple[str, ...], *, dimension: int) -> dict[str, int]:
    """Return the numbers in the vectors of the symbols that each language has and no other."""
    times = Counter(symbol for language in languages for symbol in spoken[language])
    return {language: dimension * sum(times[symbol] == 1 for symbol in spoken[language]) for language in languages}
