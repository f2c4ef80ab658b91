"""What words are read with: vectors, dictionaries, translations, and how much of the captions' words they cover."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosscap.doctor.dataset import Data
from crosscap.doctor.findings import Findings
from crosscap.doctor.inputs import Inputs
from crosscap.doctor.vector_files import WHOLE, check_vectors, own_words
from crosscap.readers.translations import read_translations
from crosscap.text.dictionaries import read_dictionaries
from crosscap.text.lexicon import build_lexicon
from crosscap.text.translation import training_captions, translate_with_dictionary
from crosscap.text.vectors import read_sentences
from crosscap.text.vocabulary import SPECIALS, build_vocabulary

MOST_WORDS = 1_000_000  # of a file's own, which it is checked by where the captions' words are not known
MOST_SENTENCES = 100_000  # of a large text, to see whether it can be read
LITTLE = 20  # percent of the captions' words; below it one thinks of a wrong file
SHOWN = 5  # commonest words without a vector

Vocabularies = Mapping[str, pd.DataFrame]


def check_words(inputs: Inputs, data: Data | None, findings: Findings) -> None:
    """Check word vectors, the text they are trained on, dictionaries and translations."""
    vocabularies = {} if data is None else _vocabularies(data, inputs, findings)
    _check_vectors(inputs.vectors, vocabularies, findings)
    for language, file in inputs.extra_text.items():
        with findings.check(f"extra text, {language}", code="D-324", file=file):
            most = None if Path(file).stat().st_size < WHOLE else MOST_SENTENCES
            sentences = sum(1 for _ in islice(read_sentences([Path(file)]), most))
            findings.figures.setdefault("extra_text", {})[language] = {"sentences": sentences}
    for source, target in inputs.directions:
        _check_dictionary(inputs, source, target, vocabularies=vocabularies, findings=findings)
    for language, file in inputs.translations.items():
        with findings.check(f"translations, {language}", code="D-325", file=file):
            _check_translation(Path(file), language, inputs=inputs, data=data, findings=findings)


def _vocabularies(data: Data, inputs: Inputs, findings: Findings) -> dict[str, pd.DataFrame]:
    """Return each language's words and their counts: of the training captions, or of all where there are none."""
    found = {}
    for language, frame in data.tokens.groupby("language", sort=True):
        trained = frame[frame["split"] == "train"]
        counted = (frame, 1) if trained.empty else (trained, inputs.minimum_count)
        with findings.check(f"words of the captions, {language}", code="D-327", file="vocabulary.minimum_count"):
            words = build_vocabulary(counted[0]["tokens"], minimum_count=counted[1])
            found[str(language)] = words.iloc[len(SPECIALS) :].reset_index(drop=True)
    findings.figures["vocabulary"] = {language: len(words) for language, words in found.items()}
    return found


def _check_vectors(files: Mapping[str, str], vocabularies: Vocabularies, findings: Findings) -> None:
    """Check word vectors, and that those of all languages have one dimension."""
    dimensions: dict[str, int] = {}
    for language, file in files.items():
        words = vocabularies.get(language)
        with findings.check(f"word vectors, {language}", code="D-322", file=file):
            wanted = own_words(Path(file), MOST_WORDS) if words is None else list(words["word"])
            dimensions[language], known = check_vectors(Path(file), wanted)
            figures = {"dimension": dimensions[language]}
            if words is not None and known is not None:
                figures |= covered(words, known)
                _warn_of_little(figures["known_occurrences_percent"], file, "occurrences of words", findings)
            findings.figures.setdefault("vectors", {})[language] = figures
    if len(set(dimensions.values())) > 1:
        sizes = ", ".join(f"{language} {dimension}" for language, dimension in dimensions.items())
        findings.faults.add("D-323", "vectors.files", None, f"dimensions differ: {sizes}; give files of one dimension")


def covered(words: pd.DataFrame, known: np.ndarray) -> dict[str, Any]:
    """Return how much of a vocabulary is known: of the words, of their occurrences, and the commonest that are not.

    `words` is a table vocabulary without its specials.

    Shapes:
        known: [V] bool.
    """
    total, found = int(words["count"].sum()), int(words.loc[known, "count"].sum())
    return {
        "words": len(words),
        "known_percent": round(100 * int(known.sum()) / len(words), 2),
        "known_occurrences_percent": round(100 * found / total, 2),
        "commonest_unknown": words.loc[~known, "word"].head(SHOWN).tolist(),
    }


def _check_dictionary(
    inputs: Inputs, source: str, target: str, *, vocabularies: Vocabularies, findings: Findings
) -> None:
    """Check a direction's dictionaries, and make the lexicon that they give where the captions' words are known."""
    files, name = inputs.dictionaries(source, target), f"{source}-{target}"
    with findings.check(f"dictionaries, {name}", code="D-321", file=files[0]):
        pairs = read_dictionaries(files)[0]
        figures: dict[str, Any] = {"pairs": len(pairs), "repeated": len(pairs) - len(set(pairs))}
        if vocabularies.keys() >= {source, target}:
            words = {side: list(vocabularies[code]["word"]) for side, code in (("source", source), ("target", target))}
            figures |= build_lexicon(
                *files,
                source=source,
                target=target,
                source_words=words["source"],
                target_words=words["target"],
                protocol=inputs.protocol,
            )[1]
            _warn_of_little(figures["source_coverage_percent"], str(files[0]), "words", findings)
        findings.figures.setdefault("dictionaries", {})[name] = figures


def _warn_of_little(percent: float, file: str, what: str, findings: Findings) -> None:
    """Warn where little of the captions is covered."""
    if percent < LITTLE:
        message = f"covers {percent} % of the captions' {what}; check its language, and its case"
        findings.warnings.add("D-503", file, None, message)


def _check_translation(path: Path, language: str, *, inputs: Inputs, data: Data | None, findings: Findings) -> None:
    """Check the dictionary or the file that the hub's training captions are translated with."""
    if data is None:
        if inputs.translated_by == "dictionary":
            read_dictionaries([path])
        return
    tokens = data.tokens[data.tokens["language"] == inputs.hub]
    source = training_captions(data.captions, tokens)
    figures: dict[str, Any] = {"captions": len(source)}
    if inputs.translated_by == "dictionary":
        coverage = translate_with_dictionary(source["tokens"], path).coverage
        figures["translated_percent"] = coverage["translated_percent"]
    else:
        read_translations(path, source, language=language)
    findings.figures.setdefault("translations", {})[language] = figures
