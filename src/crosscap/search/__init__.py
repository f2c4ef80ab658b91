"""Search: a trained model over a collection of photos, asked in any language that the model knows.

`answers` says what a question gets. An index is a folder (`store`, `contents`), which `build` makes and extends:
`photos` finds what can be read, `encoding` embeds it. `searcher` answers: `queries` reads a text as the model does,
`exact` finds the best rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosscap.search.searcher import Searcher


def open(folder: str | Path) -> Searcher:
    """Open an index to search in it; a change of the folder afterwards is not seen.

    Raises:
        InputError: there is no index, it is damaged, or it is of another format.
    """
    from crosscap.search.searcher import Searcher

    return Searcher(Path(folder))
