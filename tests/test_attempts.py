"""What may fail or never answer costs its caller a warning, a limited time and nothing else."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from crosscap.attempts import attempt, within


def test_what_may_not_stop_its_caller_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert attempt(lambda: 3, "nothing was sent") == 3
    assert attempt(lambda: {}["a"], "nothing was sent") is None
    assert attempt(lambda: 4, "nothing was sent", seconds=60) == 4
    assert attempt(lambda: {}["b"], "nothing was sent", seconds=60) is None
    assert caplog.messages == ["nothing was sent (KeyError: 'a')", "nothing was sent (KeyError: 'b')"]


def test_what_never_answers_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    start = time.monotonic()
    assert attempt(threading.Event().wait, "nothing was sent", seconds=0.2) is None
    assert time.monotonic() - start < 5
    assert caplog.messages == ["nothing was sent (TimeoutError: no answer in 0.2 seconds)"]


def test_a_signal_reaches_the_caller_that_waits() -> None:
    def stop(*_: object) -> None:
        raise SystemExit(143)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
        start = time.monotonic()
        with pytest.raises(SystemExit):
            within(60, threading.Event().wait)
        assert time.monotonic() - start < 30
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_password_in_a_message_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("cannot reach postgresql://me:hunter2@host/runs")

    assert attempt(fail, "http://me:hunter2@host failed") is None
    assert caplog.messages == ["http://***@host failed (OSError: cannot reach postgresql://me:***@host/runs)"]
