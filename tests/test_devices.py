"""What a device takes."""

import pytest
import torch

from crosscap.devices import has_room


@pytest.mark.parametrize(("free", "room"), [(160, True), (159, False)])
def test_a_device_keeps_as_much_memory_free_as_it_takes(free, room, monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (free, 1000))
    features = torch.zeros(4, 5)  # of 80 bytes
    assert has_room("cuda", features) is room
    assert has_room("cpu", features)
