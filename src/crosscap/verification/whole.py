"""The whole verification of a folder of results."""

from __future__ import annotations

from pathlib import Path

from crosscap.verification.compared import compare_files, place_of, read_manifests
from crosscap.verification.findings import Verified, causes_first
from crosscap.verification.recomputed import recompute


def verify(folder: Path) -> Verified:
    """Compare the files of `folder`, results or one data set of them, with the manifests; compute again what can be.

    Raises:
        InputError: as `place_of`.
    """
    root, places = place_of(folder)
    verified = Verified()
    manifests = read_manifests(places, root=root, verified=verified)
    compare_files(folder.resolve(), root, manifests, verified=verified)
    recompute(root, manifests, verified=verified)
    verified.findings = causes_first(verified.findings)
    return verified
