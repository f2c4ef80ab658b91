"""The settings as shipped, changed for a test, and what others are refused with."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from crosscap.faults import InputError
from crosscap.settings import check_settings, load_schema, load_settings, merge

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "config.yaml"
SCHEMA = load_schema(ROOT / "workflow/schemas/config.schema.yaml")
SHIPPED_SETTINGS = load_settings([SHIPPED], arguments={})


def changed(**changes: Any) -> dict[str, Any]:
    """The shipped settings with `changes`."""
    return merge(copy.deepcopy(SHIPPED_SETTINGS), changes)


def faults_of(settings: dict[str, Any]) -> str:
    """The message that settings are refused with."""
    with pytest.raises(InputError) as caught:
        check_settings(settings, schema=SCHEMA)
    return str(caught.value)
