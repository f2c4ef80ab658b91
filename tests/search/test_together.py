"""Queries that are answered together get what each would get alone, its fault too."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from crosscap.search.together import AT_ONCE, Together

TEXTS = ("a red ball", "ein rot haus auf sand", "赤い家です", "a", "blau ball")


def ask_all(searcher, questions, *, leave=()):
    """Ask all at once, and return the answers; those in `leave` are given up."""

    async def ask():
        with ThreadPoolExecutor(2) as threads:
            together = Together(searcher, threads)
            tasks = [asyncio.create_task(together.answer(searcher.read(text), k=k)) for text, k in questions]
            await asyncio.sleep(0)
            for place in leave:
                tasks[place].cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(ask())


def test_each_gets_its_own_answer(served):
    questions = [(TEXTS[place % 5], 1 + place % 7) for place in range(3 * AT_ONCE)]
    for (text, k), answer in zip(questions, ask_all(served, questions), strict=True):
        alone = served.search(text, k=k)
        assert (answer.text, answer.language, answer.tokens) == (alone.text, alone.language, alone.tokens)
        assert [hit.row for hit in answer.hits] == [hit.row for hit in alone.hits]
        assert [hit.score for hit in answer.hits] == pytest.approx([hit.score for hit in alone.hits], abs=1e-6)


def test_who_leaves_does_not_disturb_the_others(served):
    answers = ask_all(served, [(text, 3) for text in TEXTS], leave=[1])
    assert isinstance(answers[1], asyncio.CancelledError)
    assert [len(answer.hits) for answer in answers if not isinstance(answer, BaseException)] == [3] * 4


def test_a_fault_reaches_each_who_waits(served, monkeypatch):
    def fail(queries, *, k):
        raise MemoryError

    monkeypatch.setattr(served, "answer", fail)
    assert all(isinstance(answer, MemoryError) for answer in ask_all(served, [("a", 1)] * 3))


def test_a_query_that_fails_does_not_fail_the_others(served, monkeypatch):
    answer = served.answer

    def fail(queries, *, k):
        if any(query.text == "a" for query in queries):
            raise MemoryError
        return answer(queries, k=k)

    monkeypatch.setattr(served, "answer", fail)
    found = ask_all(served, [(text, 1 + place) for place, text in enumerate(TEXTS)])
    assert [isinstance(one, MemoryError) for one in found] == [text == "a" for text in TEXTS]
    assert [len(one.hits) for one in found if not isinstance(one, BaseException)] == [1, 2, 3, 5]
