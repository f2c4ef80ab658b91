"""What the server replies, as JSON: what its OpenAPI document promises.

Of files, the names of images are told, which are paths below the folder of photos, and nothing of where that lies.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Reply(BaseModel):
    """A reply; it is also made from an object with attributes of the same names."""

    model_config = ConfigDict(from_attributes=True)


class Problem(Reply):
    """Why there is no answer, and what would help."""

    detail: str


class IndexReply(Reply):
    """The index that is served."""

    images: int = Field(description="number of images; their rows are 0 to this number less one")
    captions: int = Field(description="number of captions that can be found for an image")
    languages: list[str] = Field(description="languages that queries can be in, as ISO 639-1 codes")
    model: str = Field(description="the model that reads queries and images")
    key: str = Field(description="changes when the server is started anew; to be put behind the addresses of images")


class HitReply(Reply):
    """An image that was found."""

    row: int = Field(description="the image's row in the index, by which the server gives it")
    image_id: str = Field(description="its name; of photos the path below the folder that was indexed")
    score: float = Field(description="the model's score; higher is nearer")


class TokenReply(Reply):
    """A part of the query as the model reads it."""

    text: str
    known: bool = Field(description="whether the model has a vector for it")


class AnswerReply(Reply):
    """The images found for a query, best first."""

    text: str
    language: str
    detected: bool = Field(description="whether the language was guessed")
    tokens: list[TokenReply]
    hits: list[HitReply]


class PullsReply(Reply):
    """How much each word of a query pulled each image: the score less the score without the word."""

    rows: list[int]
    pulls: list[list[float]] = Field(description="a list a token of the query, in it a number a row")


class TranslatedTokenReply(Reply):
    """A word of the query in the other language."""

    text: str = Field(description="the translation; the word itself where there is none")
    known: bool = Field(description="whether there is a translation")


class TranslationReply(Reply):
    """A query translated word by word."""

    text: str = Field(description="the words that have a translation, empty where none has")
    language: str
    tokens: list[TranslatedTokenReply]


class CaptionReply(Reply):
    """A caption that was found for an image."""

    caption_id: str
    language: str
    text: str
    score: float


class ImageReply(Reply):
    """An image of the index, with the captions found for it, best first."""

    row: int
    image_id: str
    captions: list[CaptionReply]


class LikenessReply(Reply):
    """The images and captions nearest to a picture that was sent, best first."""

    hits: list[HitReply]
    captions: list[CaptionReply]
