"""Answers from an index: images for a text or an image, captions for an image, and what each word of a query did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crosscap.search.answers import Answer, CaptionHit, Hit, QuestionError, Translation
from crosscap.search.detection import Detector
from crosscap.search.exact import Best, best_rows, score_rows, top
from crosscap.search.opening import open_index
from crosscap.search.queries import Query, QueryReader, checked, without_each
from crosscap.search.words import Translator


class Searcher:
    """An open index. Its methods may be called from several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Open an index; the model is loaded at once, the network for photos when one is first asked about."""
        opened = open_index(folder)
        self.contents, self.manifest = opened.contents, opened.contents.manifest
        self.stored = opened.stored
        self.languages: tuple[str, ...] = tuple(self.manifest["languages"])
        self.reader = QueryReader(self.stored, tokens=self.manifest["tokens"], sentences=opened.sentences)
        self._translator = Translator(self.stored, opened.sentences)
        self._detector = Detector(self.languages)
        self._candidates, self._encoder = opened.candidates, opened.encoder
        self._ids: list[str] = self.contents.items["image_id"].tolist()
        self._paths: list[str] = self.contents.items["path"].tolist()

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.contents.items)

    def search(self, text: str, language: str | None = None, *, k: int = 10) -> Answer:
        """Return the k images that a text fits best; its language is guessed where it is not given.

        Raises:
            InputError: the text cannot be read, the language is not one of the index, or k is less than 1.
        """
        return self.answer([self.read(text, language)], k=k)[0]

    def read(self, text: str, language: str | None = None) -> Query:
        """Return a text as it is searched for; its language is guessed where it is not given.

        Raises:
            InputError: the text cannot be read, or the language is not one of the index.
        """
        plain = checked(text)
        spoken = language or self.detect(plain)
        return Query(text, plain, self.reader.words(plain, spoken), spoken, detected=language is None)

    def answer(self, queries: Sequence[Query], *, k: int) -> list[Answer]:
        """Return the k images that fit each of several queries best, which costs less than to answer one by one.

        Raises:
            InputError: k is less than 1.
        """
        _check_count(k)
        embedded = self.reader.embed_queries(queries)
        found, known = self._best_rows(embedded, similarity=self._similarity, k=k), self.reader.known
        return [
            Answer(query.text, query.language, query.detected, known(query.words, query.language), self._hits(best))
            for query, best in zip(queries, found, strict=True)
        ]

    def search_image(self, image: Path | bytes, *, k: int = 10) -> tuple[Hit, ...]:
        """Return the k images that are most alike to an image, by the cosine: between two, neither is more general.

        Raises:
            InputError: the image cannot be read, or k is less than 1.
        """
        _check_count(k)
        return self._images_like(self.embedding(image), k)

    def likeness(self, image: Path | bytes, *, k: int, captions: int) -> tuple[tuple[Hit, ...], tuple[CaptionHit, ...]]:
        """Return the k images that are most alike to an image, and the captions that fit it best, if there are any."""
        _check_count(k)
        embedded = self.embedding(image)
        return self._images_like(embedded, k), self._captions_of(embedded, None, captions)

    def captions(
        self, image: int | Path | bytes, *, language: str | None = None, k: int = 10
    ) -> tuple[CaptionHit, ...]:
        """Return the k captions of the index that fit an image best; the image is a row of the index or a photo.

        Raises:
            InputError: the index holds no captions, the image cannot be read, or k is less than 1.
        """
        _check_count(k)
        if not self.manifest["captions"]:
            raise QuestionError("this index holds no captions; give some to crosscap index with --captions")
        return self._captions_of(self.embedding(image), language, k)

    def embedding(self, image: int | Path | bytes) -> np.ndarray:
        """Return the embedding of a row of the index or of a photo: [E].

        Raises:
            InputError: there is no such row, the photo cannot be read, or the index was made of precomputed features.
        """
        if isinstance(image, int):
            return np.asarray(self.contents.embeddings[self._row(image)])
        if self._encoder is None:
            raise QuestionError("the features of this index were computed elsewhere: it cannot read photos")
        return self._encoder.embed_one(image)

    def pulls(self, text: str, language: str, rows: Sequence[int]) -> list[list[float]]:
        """Return how much each word of a text raised the score of each image: its score less that without the word.

        Shapes:
            result: [words, rows]; the words are the tokens of an answer
        """
        words = self.reader.words(text, language)
        without = [words[:place] + words[place + 1 :] for place in range(len(words))]
        texts = [checked(text), *without_each(checked(text), words)]
        embedded = self.reader.embed(texts, [words, *without], language)
        chosen = np.ascontiguousarray(self.contents.embeddings[[self._row(row) for row in rows]])
        scores = score_rows(embedded, chosen, similarity=self._similarity)  # [1 + words, rows]
        return (scores[:1] - scores[1:]).tolist()

    def translate(self, text: str, source: str, target: str) -> Translation:
        """Return a text word by word in another language, through the model's own space of words.

        Raises:
            InputError: the text cannot be read, or the model has no words or has not aligned its languages.
        """
        return self._translator.translate(self.reader.words(text, source), source, target)

    def detect(self, text: str) -> str:
        """Return the likeliest language of a text, of those that the index answers in."""
        return self._detector.detect(text)

    def thumbnail(self, row: int) -> bytes:
        """Return the small JPEG of an image.

        Raises:
            InputError: there is no such row, or only its features were at hand.
        """
        picture = self.contents.thumbnail(self._row(row))
        if not picture:
            raise QuestionError(f"image {row} has no picture: the index was made of features alone")
        return picture

    def _images_like(self, embedded: np.ndarray, k: int) -> tuple[Hit, ...]:
        """Return the k images that are most alike to an embedding [E]."""
        return self._hits(self._best_rows(embedded[None], similarity="cosine", k=k)[0])

    def _captions_of(self, embedded: np.ndarray, language: str | None, k: int) -> tuple[CaptionHit, ...]:
        """Return the k captions that fit an image's embedding [E] best."""
        frame, embeddings = self.contents.captions
        similarity = "order_images" if self._similarity == "order" else "cosine"
        scores = score_rows(embedded[None], embeddings, similarity=similarity)[0]
        asked = np.flatnonzero(frame["language"] == language) if language else np.arange(len(frame))
        best = top(scores[asked], k)
        rows = zip(frame.iloc[asked[best.rows]].itertuples(index=False), best.scores.tolist(), strict=True)
        return tuple(CaptionHit(row.caption_id, row.language, row.text, score) for row, score in rows)

    def _best_rows(self, queries: np.ndarray, *, similarity: str, k: int) -> list[Best]:
        """Return the k best rows for each query, among candidates alone where the index has those."""
        if self._candidates:
            return self._candidates.best_rows(queries, similarity=similarity, k=k)
        return best_rows(queries, self.contents.embeddings, similarity=similarity, k=k)

    @property
    def _similarity(self) -> str:
        """Return how captions are compared with images."""
        return str(self.manifest["similarity"])

    def _row(self, row: int) -> int:
        """Return a row that exists."""
        if not 0 <= row < len(self):
            raise QuestionError(f"there is no image {row}; the index has the rows 0 to {len(self) - 1:,}")
        return row

    def _hits(self, best: Best) -> tuple[Hit, ...]:
        """Return the rows found as images."""
        found = zip(best.rows.tolist(), best.scores.tolist(), strict=True)
        return tuple(Hit(row, self._ids[row], self._paths[row], score) for row, score in found)


def _check_count(k: int) -> None:
    """Refuse to look for nothing."""
    if k < 1:
        raise QuestionError(f"k is {k}; ask for 1 image or more")
