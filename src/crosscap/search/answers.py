"""What a question to an index gets: plain frozen values that the shell, the page and MLflow show alike."""

from __future__ import annotations

from dataclasses import dataclass

from crosscap.faults import InputError


class QuestionError(InputError):
    """A question that an index cannot answer; the message goes over the network as well: it holds no path."""


@dataclass(frozen=True)
class Hit:
    """An image that was found: its row in the index, its name, the path it was read from, and its score."""

    row: int
    image_id: str
    path: str
    score: float


@dataclass(frozen=True)
class CaptionHit:
    """A caption that was found for an image."""

    caption_id: str
    language: str
    text: str
    score: float


@dataclass(frozen=True)
class Token:
    """A part of a query as the model reads it; `known` is whether the model has a vector for it."""

    text: str
    known: bool


@dataclass(frozen=True)
class Translation:
    """A text in another language: its words that have a translation, and all of them, the others as they were."""

    text: str
    language: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True)
class Answer:
    """The images found for a text, best first; `detected` is whether the language was guessed."""

    text: str
    language: str
    detected: bool
    tokens: tuple[Token, ...]
    hits: tuple[Hit, ...]
