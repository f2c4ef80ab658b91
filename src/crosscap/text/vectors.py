"""Word vectors of a vocabulary: out of files, or trained on text by fastText (Bojanowski 2017).

A word without a vector and the special symbols get one drawn from N(0, 0.05^2), as in the AME paper's code.
"""

from __future__ import annotations

import gzip
import io
import logging
import random
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import BinaryIO, cast

import fasttext
import numpy as np

from crosscap.faults import InputError
from crosscap.text.model_files import check_model_file
from crosscap.text.vector_files import bounded_lines, read_file_words, read_vector_file
from crosscap.text.vocabulary import SPECIALS

logger = logging.getLogger(__name__)

UNKNOWN_DEVIATION = 0.05  # of the vectors that are made up (AME's code)
# Words with a larger share of the text are dropped at random. fastText's 1e-4 suits a language's whole vocabulary; of
# captions, whose few hundred words are all frequent, it drops nearly everything. This is word2vec's.
FREQUENT_SHARE = 1e-3
SUBWORD_BUCKETS = 200_000  # fastText's 2,000,000 take 2.4 GB at dimension 300, far more than captions have n-grams

Vectors = tuple[np.ndarray, np.ndarray]


def select_vectors(path: Path, words: Sequence[str], *, seed: int) -> Vectors:
    """Return the vectors of a vocabulary out of a ``.vec``, ``.vec.gz`` or ``.bin`` file.

    A ``.bin`` model also composes vectors of words that it has not seen, out of their subwords; they count as known.

    Shapes:
        result: [V, D] float32, and [V] bool: False where a vector was made up.

    Raises:
        InputError: the file is missing, malformed or has none of the words.
    """
    own = words[len(SPECIALS) :]
    if path.suffix == ".bin":
        vectors = _model_vectors(_load_model(path), own)
        known = _nonzero(vectors)
    elif path.name.endswith((".vec", ".vec.gz")):
        vectors, known = read_vector_file(path, own)
    else:
        raise InputError(f"{path}: expected a .vec, .vec.gz or .bin file of fastText")
    return _fill(vectors, known, seed=seed)


def first_words(path: Path, count: int) -> list[str]:
    """Return the first words of a vector file, which fastText sorts by frequency; fewer where the file has fewer.

    Raises:
        InputError: the file is missing or malformed.
    """
    if path.suffix == ".bin":
        return list(_load_model(path).get_words())[:count]
    return read_file_words(path, count)


def train_vectors(
    sentences: Iterable[Sequence[str]],
    words: Sequence[str],
    *,
    dimension: int,
    epochs: int,
    minimum_ngram: int,
    maximum_ngram: int,
    seed: int,
) -> Vectors:
    """Train a skip-gram model with subwords and return the vectors of a vocabulary; the same seed gives the same bits.

    Args:
        sentences: tokenised text; every word of it is trained on.
        words: the vocabulary, the special symbols first.
        dimension: of the vectors.
        epochs: passes over the text.
        minimum_ngram: characters of the shortest subword.
        maximum_ngram: characters of the longest one; 0 turns subwords off.
        seed: of the order of the sentences and of the vectors of the special symbols.

    Shapes:
        result: as of `select_vectors`.

    Raises:
        InputError: fastText's training diverged.
    """
    lines = [" ".join(sentence) + "\n" for sentence in sentences]
    random.Random(seed).shuffle(lines)  # fastText's Python function for unlabelled text takes no seed
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        text.write_text("".join(lines), encoding="utf-8")
        ngrams = {"minn": minimum_ngram if maximum_ngram else 0, "maxn": maximum_ngram}
        model = _trained_model(text, dim=dimension, epoch=epochs, **ngrams)
    vectors = _model_vectors(model, words[len(SPECIALS) :])
    return _fill(vectors, _nonzero(vectors), seed=seed)


def read_sentences(paths: Iterable[Path]) -> Iterator[str]:
    """Read text files, plain or ``.gz``, a sentence a line; blank lines are left out.

    Raises:
        InputError: a file is missing, cut short or not UTF-8, or has a line that is none.
    """
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path}: no such file; check vectors.extra_text")
        try:
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
                lines = bounded_lines(cast(BinaryIO, file), path)
                yield from filter(None, (line.decode().strip() for line in lines))
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 in the line {error.object[:40]!r}; convert the file") from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InputError(f"{path}: cut short or damaged ({error}); compress the text again") from error


def _trained_model(text: Path, **settings: int) -> fasttext.FastText._FastText:
    """Train a skip-gram model on a file, with settings under fastText's own names."""
    try:
        return fasttext.train_unsupervised(
            str(text),
            model="skipgram",
            t=FREQUENT_SHARE,
            bucket=SUBWORD_BUCKETS,
            minCount=1,
            thread=1,  # the only number that is repeatable
            verbose=0,
            **settings,
        )
    except (RuntimeError, ValueError) as error:
        raise InputError(f"fastText cannot train: {error}; give more text or lower vectors.dimension") from error


def _load_model(path: Path) -> fasttext.FastText._FastText:
    """Open a fastText model, after a check of the file: fastText opens a damaged one without a word, or dies of it."""
    check_model_file(path)
    try:
        with redirect_stderr(io.StringIO()):  # fastText warns of a change of 2020
            return fasttext.load_model(str(path))
    except (ValueError, RuntimeError, MemoryError) as error:
        raise InputError(f"{path}: not a fastText model ({error}); download the file again") from error


def _model_vectors(model: fasttext.FastText._FastText, words: Sequence[str]) -> np.ndarray:
    """Return the model's vectors of the words, zeros where it has none.

    Shapes:
        result: [V, D] float32.
    """
    vectors = np.stack([model.get_word_vector(word) for word in words]).astype(np.float32)
    broken = ~np.isfinite(vectors).all(axis=1)
    if broken.any():
        raise InputError(f"fastText gives NaN for {broken.sum()} of {len(words)} words; train again with more text")
    return vectors


def _nonzero(vectors: np.ndarray) -> np.ndarray:
    """Return which rows are not all zeros."""
    return np.asarray(vectors.any(axis=1))


def _fill(vectors: np.ndarray, known: np.ndarray, *, seed: int) -> Vectors:
    """Put rows for the special symbols first and draw the vectors of unknown words and of the symbols."""
    vectors = np.concatenate([np.zeros((len(SPECIALS), vectors.shape[1]), dtype=np.float32), vectors])
    known = np.concatenate([np.zeros(len(SPECIALS), dtype=bool), known])
    drawn = np.random.default_rng(seed).normal(0, UNKNOWN_DEVIATION, size=vectors.shape).astype(np.float32)
    logger.info("%d of %d words have a vector", known.sum(), len(known) - len(SPECIALS))
    return np.where(known[:, None], vectors, drawn), known
