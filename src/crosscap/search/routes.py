"""The questions that the server answers, each an address: JSON for all but the pictures."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, TypeVar

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from crosscap.search import replies
from crosscap.search.answers import CaptionHit, QuestionError
from crosscap.search.queries import LONGEST_TEXT
from crosscap.search.searcher import Searcher
from crosscap.search.together import Together

MAX_PULLED_TEXT = 500  # characters of a query of which each word is left out in turn
MAX_HITS = 100
CAPTIONS_OF_PICTURE = 10
MAX_ROW = 2**31 - 1

Described = dict[int | str, dict]
REFUSALS: Described = {
    400: {"model": replies.Problem, "description": "A host by whose name the server is not to be asked"},
    403: {"model": replies.Problem, "description": "A request that another site's page sends"},
    422: {"model": replies.Problem, "description": "Wrong input"},
    500: {"model": replies.Problem, "description": "A fault of the index or the server, whose log says more"},
}
UNKNOWN_ROW: Described = {404: {"model": replies.Problem, "description": "No such row in the index"}}
TOO_LARGE: Described = {413: {"model": replies.Problem, "description": "Too large a picture"}}
JPEG: Described = {200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}
PICTURE = {"requestBody": {"required": True, "content": {"image/jpeg": {}, "image/png": {}}}}

Result = TypeVar("Result")
Text = Annotated[str, Query(min_length=1, max_length=LONGEST_TEXT, description="the query")]
PulledText = Annotated[str, Query(min_length=1, max_length=MAX_PULLED_TEXT, description="the query")]
Language = Annotated[str | None, Query(max_length=20, description="its language; without one it is guessed")]
CaptionLanguage = Annotated[
    str | None, Query(max_length=20, description="that of the captions; without one they come in all languages")
]
NamedLanguage = Annotated[str, Query(max_length=20, description="one of the index's languages")]
Count = Annotated[int, Query(ge=1, le=MAX_HITS, description="how many to return at most")]
Row = Annotated[int, Path(ge=0, le=MAX_ROW, description="the image's row in the index")]
Rows = Annotated[
    list[Annotated[int, Query(ge=0, le=MAX_ROW)]],
    Query(min_length=1, max_length=MAX_HITS, description="rows of images"),
]


class Questions:
    """Answers from an index; all that computes runs in as many threads as there are processors, and the rest waits."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self.threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="answer")
        self.together = Together(searcher, self.threads)
        self.key = secrets.token_hex(4)

    async def index(self) -> replies.IndexReply:
        """Return what the index holds."""
        manifest = self.searcher.manifest
        return replies.IndexReply(
            images=len(self.searcher),
            captions=manifest["captions"],
            languages=list(self.searcher.languages),
            model=manifest["model"]["experiment"],
            key=self.key,
        )

    async def search(self, q: Text, lang: Language = None, k: Count = 20) -> replies.AnswerReply:
        """Return the images nearest to a text."""
        self._check_languages(lang)
        query = await self._run(lambda: self.searcher.read(q, lang))
        return replies.AnswerReply.model_validate(await self.together.answer(query, k=k))

    async def pulls(self, q: PulledText, lang: NamedLanguage, row: Rows) -> replies.PullsReply:
        """Return how much each word of a text pulled the images of some rows."""
        self._check_languages(lang)
        self._check_rows(*row)
        return replies.PullsReply(rows=row, pulls=await self._run(lambda: self.searcher.pulls(q, lang, row)))

    async def translation(self, q: Text, source: NamedLanguage, target: NamedLanguage) -> replies.TranslationReply:
        """Return a text translated word by word."""
        self._check_languages(source, target)
        translation = await self._run(lambda: self.searcher.translate(q, source, target))
        return replies.TranslationReply.model_validate(translation)

    async def image(self, row: Row) -> Response:
        """Return an image of the index, made small, as JPEG."""
        self._check_rows(row)
        jpeg = await self._run(lambda: self.searcher.thumbnail(row))
        return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400, immutable"})

    async def captions(self, row: Row, lang: CaptionLanguage = None, k: Count = 10) -> replies.ImageReply:
        """Return the captions nearest to an image of the index, of one language or of all."""
        self._check_languages(lang)
        self._check_rows(row)
        image_id = str(self.searcher.contents.items["image_id"].iat[row])
        found = await self._run(lambda: self._captions(row, lang, k))
        return replies.ImageReply.model_validate({"row": row, "image_id": image_id, "captions": found})

    async def likeness(self, request: Request, k: Count = 20) -> replies.LikenessReply:
        """Return the images and captions nearest to a picture that is sent as it is (JPEG or PNG)."""
        picture = await request.body()
        hits, found = await self._run(lambda: self.searcher.likeness(picture, k=k, captions=CAPTIONS_OF_PICTURE))
        return replies.LikenessReply.model_validate({"hits": hits, "captions": found})

    async def _run(self, function: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.threads, function)

    def _captions(self, image: int, language: str | None, k: int) -> tuple[CaptionHit, ...]:
        """Return the captions of an image, none where the index holds none."""
        return self.searcher.captions(image, language=language, k=k) if self.searcher.manifest["captions"] else ()

    def _check_languages(self, *languages: str | None) -> None:
        for language in languages:
            if language is not None and language not in self.searcher.languages:
                raise QuestionError(f"no language {language!r}; the index has {', '.join(self.searcher.languages)}")

    def _check_rows(self, *rows: int) -> None:
        for row in rows:
            if row >= len(self.searcher):
                raise HTTPException(404, f"no image {row}; the last of the index is {len(self.searcher) - 1}")


def api_routes(searcher: Searcher) -> APIRouter:
    """Return the routes below /api that answer from an index."""
    answers = Questions(searcher)
    router = APIRouter(prefix="/api", responses=REFUSALS)
    router.add_api_route("/index", answers.index)
    router.add_api_route("/search", answers.search)
    router.add_api_route("/pulls", answers.pulls, responses=UNKNOWN_ROW)
    router.add_api_route("/translation", answers.translation)
    router.add_api_route("/images/{row}", answers.image, response_class=Response, responses={**UNKNOWN_ROW, **JPEG})
    router.add_api_route("/images/{row}/captions", answers.captions, responses=UNKNOWN_ROW)
    router.add_api_route(
        "/likeness", answers.likeness, methods=["POST"], responses=TOO_LARGE, openapi_extra={**PICTURE}
    )
    return router
