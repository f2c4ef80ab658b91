"""What may fail, or never answer, without stopping its caller."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from crosscap.tracking_uri import masked

Result = TypeVar("Result")
logger = logging.getLogger(__name__)

_SHOWN = 200  # letters of a library's message


def attempt(action: Callable[[], Result], otherwise: str, *, seconds: float | None = None) -> Result | None:
    """Return what `action` returns, or warn with `otherwise` and return None: it failed or took more than `seconds`."""
    try:
        return action() if seconds is None else within(seconds, action)
    except Exception as error:  # noqa: BLE001  MLflow, SQLAlchemy, requests and the disk each raise their own
        told = str(error).partition("\n")[0][:_SHOWN]
        logger.warning("%s", masked(f"{otherwise} ({type(error).__name__}: {told})"))
        return None


def within(seconds: float, action: Callable[[], Result]) -> Result:
    """Return what `action` returns, from a thread that is left behind where it takes too long.

    A database whose processes are frozen, or a disk that is gone, heeds no time limit of a library's.

    Raises:
        TimeoutError: it took longer than `seconds`.
    """
    answer: Future[Result] = Future()

    def work() -> None:
        try:
            answer.set_result(action())
        except BaseException as error:  # noqa: BLE001  it is raised where the answer is awaited
            answer.set_exception(error)

    Thread(target=work, daemon=True).start()
    try:
        return answer.result(timeout=seconds)
    except TimeoutError:
        raise TimeoutError(f"no answer in {seconds:g} seconds") from None
