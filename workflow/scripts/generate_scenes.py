"""Draw the scenes and describe them in each language."""

from collections.abc import Sequence
from pathlib import Path

from crosscap import jobs
from crosscap.readers import scenes


def generate_scenes(captions: Path, *, languages: Sequence[str], **settings: int) -> None:
    """Write the file `captions`, and beside it all else that the scenes come with."""
    scenes.generate_scenes(captions.parent, languages=languages, **settings)


if __name__ == "__main__":
    with jobs.running(snakemake):
        generate_scenes(
            captions=Path(snakemake.output.captions),
            languages=snakemake.params.languages,
            **snakemake.params.settings,
        )
