"""A disk that fills up during a training: it ends with a message, and goes on from the old state when there is room."""

from signal import SIGCONT

import pytest

from crosscap.faults import WRONG_INPUT, InputError
from crosscap.training.checkpoints import load_checkpoint
from crosscap.training.state_folder import locked_state
from tests.small_disks import KINDS, NO_ROOM, no_room, small
from tests.training.killing import Training, finish, hashes, noted

pytestmark = pytest.mark.xdist_group("killing")
HALF = 0.5  # of the room that the next checkpoint needs


@pytest.mark.parametrize("kind", KINDS)
def test_it_ends_with_a_message_and_goes_on_when_there_is_room(small_data, undisturbed, tmp_path, kind):
    with small(kind, tmp_path / "run") as folder:
        training = Training(folder, small_data, halt=11)
        training.wait_for(11)
        checkpoint = folder / "state/checkpoint"
        before = checkpoint.read_bytes()
        with no_room(kind, folder, room=int(HALF * len(before)), process=training.process.pid):
            training.send(SIGCONT)
            assert training.end() == WRONG_INPUT
        assert NO_ROOM.split("|")[KINDS.index(kind)] in training.log.read_text()
        assert f"{checkpoint}: " in training.log.read_text()
        assert checkpoint.read_bytes() == before
        assert load_checkpoint(checkpoint)[1]["step"] == 10
        assert not list(folder.rglob("*.tmp"))
        finish(folder, small_data)
        assert hashes(folder) == hashes(undisturbed)
        assert noted(folder) == noted(undisturbed)


@pytest.mark.parametrize("kind", KINDS)
def test_without_any_room_it_does_not_begin(tmp_path, kind):
    with (
        small(kind, tmp_path / "run") as folder,
        no_room(kind, folder, room=0),
        pytest.raises(InputError, match=f"state: ({NO_ROOM}) .*; .* and run again"),
        locked_state(folder / "state", fingerprint={}),
    ):
        pass
