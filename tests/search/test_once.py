"""A value that several threads ask for first at the same time is made once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from crosscap.search.once import Once


def test_threads_that_ask_first_at_the_same_time_get_the_same_value():
    made, asked = [], threading.Barrier(4)

    def make():
        made.append(object())
        threading.Event().wait(0.05)  # long enough for the others to ask
        return made[-1]

    value = Once(make)

    def ask(_):
        asked.wait(5)
        return value()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(ask, range(4))) == {made[0]}
    assert len(made) == 1


def test_what_could_not_be_made_is_tried_again():
    tries = iter((ZeroDivisionError(), None))

    def make():
        if error := next(tries):
            raise error
        return "made"

    value = Once(make)
    with pytest.raises(ZeroDivisionError):
        value()
    assert value() == "made"
