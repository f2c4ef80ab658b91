"""Make a new model folder that reads a further language beside the model's own.

It takes word vectors and a dictionary: no images, no captions, no training. The dictionary is between the language and
the model's hub language, a pair of words a line, in either direction; every fifth of its words tests the map that the
others make. Models that read letters, subwords, sentences or words in common need neither file.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

EXAMPLE = """\
examples:
  crosscap add-language results/multi30k/models/ame/seed1/model --language fr \\
    --vectors wiki.fr.vec --dictionary en-fr.txt --output ame-fr
  crosscap add-language results/multi30k/models/ame/seed1/model --language fr \\
    --vectors wiki.fr.vec --dictionary fr-en.txt --test-dictionary fr-en.0-5000.txt \\
    --captions captions.csv --dataset results/multi30k --output ame-fr
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="a trained model's folder, which stays as it is")
    parser.add_argument("--language", required=True, metavar="CODE", help="to add: an ISO 639-1 code, such as fr")
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER", help="the new model's folder")
    words = parser.add_argument_group("words, for models that read words (fme, ame, cl2cm)")
    words.add_argument("--vectors", type=Path, metavar="FILE", help="fastText's .vec, .vec.gz or .bin")
    words.add_argument(
        "--dictionary", type=Path, metavar="FILE", help="pairs of words, as MUSE's en-fr.txt or fr-en.txt"
    )
    words.add_argument(
        "--test-dictionary", type=Path, metavar="FILE", help="pairs to test with instead, never trained on"
    )
    words.add_argument(
        "--hub-vectors", type=Path, metavar="FILE", help="the hub's; words that it lacks do not make the map"
    )
    words.add_argument(
        "--most-words", type=int, default=50_000, metavar="N", help="of the vectors' first (%(default)s)"
    )
    words.add_argument("--neighbours", type=int, default=10, metavar="K", help="of CSLS and RCSLS (%(default)s)")
    measured = parser.add_argument_group("measuring, with captions in the language of images that have features")
    measured.add_argument("--captions", type=Path, metavar="FILE", help=".csv, .tsv, .jsonl: image, language, caption")
    measured.add_argument("--dataset", type=Path, metavar="FOLDER", help="the images': results/NAME of the workflow")
    measured.add_argument("--split", default="test", choices=("train", "val", "test"), help="of images (%(default)s)")


def run(arguments: Namespace) -> int:
    """Write the new model, and say how well the language is read."""
    from crosscap.faults import InputError
    from crosscap.languages.addition import Captions, WordFiles, add_language

    words = captions = None
    for one, other in (("vectors", "dictionary"), ("captions", "dataset")):
        if (getattr(arguments, one) is None) != (getattr(arguments, other) is None):
            raise InputError(f"--{one} and --{other} go together; give both or none")
    if min(arguments.most_words, arguments.neighbours) < 1:
        raise InputError("--most-words and --neighbours count from 1; give larger numbers")
    if arguments.vectors is not None:
        chosen = ("vectors", "dictionary", "test_dictionary", "hub_vectors", "most_words", "neighbours")
        words = WordFiles(**{name: getattr(arguments, name) for name in chosen})
    elif arguments.test_dictionary or arguments.hub_vectors:
        raise InputError("--test-dictionary and --hub-vectors need --vectors and --dictionary; give them too")
    if arguments.captions is not None:
        captions = Captions(arguments.captions, arguments.dataset, arguments.split)
    lines = add_language(arguments.model, arguments.output, language=arguments.language, words=words, captions=captions)
    sys.stdout.write("".join(f"{name}: {text}\n" for name, text in lines.items()))
    sys.stdout.write(f"written: {arguments.output}, with its card {arguments.output / 'CARD.md'}\n")
    return 0
