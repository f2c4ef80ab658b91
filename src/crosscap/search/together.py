"""Queries that come at the same time are answered together: one pass over the images serves them all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

from crosscap.search.answers import Answer
from crosscap.search.queries import Query
from crosscap.search.searcher import Searcher

AT_ONCE = 64  # queries that are answered together at most

Waiting = tuple[Query, int, "asyncio.Future[Answer]"]


class Together:
    """Answers queries from an index; those that come while others are answered wait, and are answered together."""

    def __init__(self, searcher: Searcher, threads: Executor) -> None:
        self.searcher = searcher
        self.threads = threads
        self._waiting: deque[Waiting] = deque()
        self._round: asyncio.Task[None] | None = None  # one at a time: the more queries wait, the less each costs

    async def answer(self, query: Query, *, k: int) -> Answer:
        """Return the k images that fit a query best."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((query, k, future))
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._answer_waiting())
        return await future

    async def _answer_waiting(self) -> None:
        """Answer until none waits."""
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            answers: Sequence[Answer | Exception]
            try:
                answers = await asyncio.get_running_loop().run_in_executor(self.threads, self._answer_all, some)
            except RuntimeError as error:  # the threads are being shut down
                answers = [error] * len(some)
            for (_, _, future), answer in zip(some, answers, strict=True):
                if future.done():  # who asked has left
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

    def _answer_all(self, some: Sequence[Waiting]) -> Sequence[Answer | Exception]:
        """Return the answers to queries, each as long as was asked for; one by one where one of them fails."""
        most = max(k for _, k, _ in some)
        try:
            answers = self.searcher.answer([query for query, _, _ in some], k=most)
        except Exception:  # noqa: BLE001 - only who asked what cannot be answered gets it
            return [self._answer_one(query, k) for query, k, _ in some]
        return [replace(answer, hits=answer.hits[:k]) for answer, (_, k, _) in zip(answers, some, strict=True)]

    def _answer_one(self, query: Query, k: int) -> Answer | Exception:
        """Return the answer to a query, or why there is none."""
        try:
            return self.searcher.answer([query], k=k)[0]
        except Exception as error:  # noqa: BLE001 - it is passed on to who asked
            return error
