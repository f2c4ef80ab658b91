"""Whatever is in a file, each parser returns what it should or says in an `InputError` which file is wrong.

A long run: CROSSCAP_FUZZ=1000 python -m pytest tests/fuzz tries so many damaged files for each parser, other ones each
time; the suite tries few, always the same.
"""

from __future__ import annotations

import os
import resource
import warnings
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosscap.faults import InputError
from tests.fuzz.damage import damaged
from tests.fuzz.given import GIVEN, Case
from tests.fuzz.made import MADE

CASES = GIVEN | MADE
TRIED = int(os.environ.get("CROSSCAP_FUZZ", "0"))
SUITE = 25  # damaged files for each parser
SLOWEST = timedelta(seconds=20)  # an input of a few kilobytes on a busy machine
MOST_MEMORY = 512 * 2**10  # KiB that the process may grow by


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_valid_input_is_read(case: Case, tmp_path):
    case.write(tmp_path)
    case.parse(tmp_path)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_damage_is_read_or_refused_by_name(case: Case, tmp_path):
    whole = {file: file.read_bytes() for file in case.write(tmp_path)}
    names = [file.name for file in whole]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @settings(
        max_examples=TRIED or SUITE,
        derandomize=not TRIED,
        deadline=SLOWEST,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def never_another_error(data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(list(whole)))
        file.write_bytes(data.draw(damaged(whole[file])))
        try:
            with warnings.catch_warnings(action="ignore"):  # a library's own words about what is refused or read
                case.parse(tmp_path)
            return
        except InputError as error:
            said = str(error)
        finally:
            file.write_bytes(whole[file])
        assert any(name in said for name in names)
        said.encode()  # half a character could not be shown

    never_another_error()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY
