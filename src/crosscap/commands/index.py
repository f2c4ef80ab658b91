"""Make the index of a folder of photos, which `crosscap search` and `crosscap serve` answer from.

Run again, it takes up what is new in the folder, drops what is gone and keeps the rest as it is. A photo that cannot be
read is listed in the output and in the index's manifest.json.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crosscap.search.store import APPROXIMATE_FROM

if TYPE_CHECKING:
    from crosscap.search.build import Built

EXAMPLE = """\
examples:
  crosscap index results/multi30k/models/ame/seed1/model photos --output photos-index
  crosscap index results/multi30k/models/ame/seed1/model photos --output photos-index --captions captions.csv
  crosscap index results/xtd/models/zero-shot/seed1/model photos --output photos-index \\
    --languages de,ja --sentences sentence-transformers/LaBSE
  crosscap index --verify photos-index
"""
SHOWN = 20  # photos that cannot be read


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("model", type=Path, nargs="?", metavar="MODEL", help="a trained model's folder")
    parser.add_argument("images", type=Path, nargs="?", metavar="IMAGES", help="a folder of photos, JPEG and PNG")
    parser.add_argument(
        "--output", type=Path, metavar="INDEX", help="the folder of the index, made or brought up to date"
    )
    parser.add_argument(
        "--captions", type=Path, metavar="FILE", help=".csv, .tsv, .jsonl or .parquet: image, language, caption"
    )
    parser.add_argument("--verify", type=Path, metavar="INDEX", help="read all of an index, to see whether it is whole")
    network = parser.add_argument_group("the network of the model's features, where its description does not say")
    network.add_argument("--backbone", metavar="NAME", help="a torchvision network, such as resnet152")
    network.add_argument("--weights", metavar="WEIGHTS", help="IMAGENET1K_V1, a .safetensors file, or seed:N")
    network.add_argument("--crops", type=int, choices=(1, 10), help="1 or 10")
    network.add_argument("--resize", type=int, metavar="PIXELS", help="of the shorter side before cropping")
    network.add_argument("--crop", type=int, metavar="PIXELS", help="of the square that the network sees")
    texts = parser.add_argument_group("queries")
    texts.add_argument("--languages", default="", metavar="CODES", help="to add to the model's own, such as fr,ja")
    texts.add_argument(
        "--sentences", default="", metavar="NAME", help="sentence-transformers model of zero-shot systems"
    )
    parser.add_argument(
        "--approximate-from",
        type=int,
        default=APPROXIMATE_FROM,
        metavar="N",
        help="images above which not all are scored (%(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the index, and say what became of the photos."""
    from crosscap.faults import InputError
    from crosscap.search import store
    from crosscap.search.build import index_photos
    from crosscap.search.model import texts_beside

    if arguments.verify:
        sys.stdout.write(f"{arguments.verify}: {store.verify(arguments.verify)} files are whole\n")
        return 0
    if not (arguments.model and arguments.images and arguments.output):
        raise InputError("give MODEL, IMAGES and --output INDEX, or --verify INDEX")
    if arguments.approximate_from < 1:
        raise InputError(f"--approximate-from is {arguments.approximate_from}; give 1 image or more")
    languages = [code.strip() for code in arguments.languages.split(",") if code.strip()]
    built = index_photos(
        arguments.model,
        arguments.images,
        arguments.output,
        network={key: getattr(arguments, key) for key in ("backbone", "weights", "crops", "resize", "crop")},
        texts=texts_beside(arguments.model, languages, arguments.sentences),
        captions=arguments.captions,
        approximate_from=arguments.approximate_from,
    )
    sys.stdout.write(_told(built, arguments.output))
    return 0


def _told(built: Built, index: Path) -> str:
    """Return what became of the photos, in lines."""
    from crosscap.terminal import printable

    counts = f"{built.added:,} new, {built.kept:,} kept, {built.dropped:,} dropped"
    lines = [f"{index}: {built.count:,} photos ({counts}), {built.captions:,} captions"]
    if built.unreadable:
        lines.append(f"{len(built.unreadable):,} photos cannot be read and are left out:")
        lines += [printable(f"  {one.path}: {one.problem}") for one in built.unreadable[:SHOWN]]
    if len(built.unreadable) > SHOWN:
        lines.append(f"  and {len(built.unreadable) - SHOWN:,} more, all in {index / 'manifest.json'}")
    return "\n".join(lines) + "\n"
