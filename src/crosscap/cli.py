"""The command `crosscap`: what is not a stage of the workflow."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

import crosscap
from crosscap.faults import WRONG_INPUT, InputError

COMMANDS: dict[str, str] = {  # name -> what it does, in a line; the module has the same name with underscores
    "add-language": "make a model that reads a further language, from word vectors and a dictionary",
    "compare": "compare two finished experiments on the same queries",
    "doctor": "check settings, inputs and the machine before any work",
    "index": "make the index of a folder of photos, or bring it up to date",
    "plan": "say what the workflow would run now, why, and for about how long",
    "restart": "put the saved state of an interrupted training aside, to train from the start",
    "search": "find photos of an index by a text or a photo, or captions for a photo",
    "serve": "serve the search page of an index",
    "track": "send what training noted to MLflow, where it did not arrive",
    "verify": "check that results are what the workflow made",
}

INTERRUPTED = 130  # the shell's for Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, 130 after Ctrl-C, 2 after wrong input, told on standard error."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    parser = _parser(chosen=next((name for name in arguments if name in COMMANDS), None))
    parsed, further = parser.parse_known_args(arguments)
    if further and "further" not in parsed:  # only a command that hands them on takes arguments that it does not know
        parser.error(f"unrecognized arguments: {' '.join(further)}")
    parsed.further = further
    try:
        status: int = parsed.run(parsed)
    except InputError as error:
        sys.stderr.write(f"crosscap {parsed.command}: {error}\n")
        return WRONG_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
        return 0
    return status


def _parser(*, chosen: str | None) -> argparse.ArgumentParser:
    """Return the parser; only the chosen command's module is imported, so that help is quick."""
    parser = argparse.ArgumentParser(
        prog="crosscap",
        description="Multilingual image-caption embeddings: search and compare what the workflow has trained.",
        epilog="crosscap COMMAND --help has examples. What is trained and measured is the workflow's: snakemake",
    )
    parser.add_argument("--version", action="version", version=f"crosscap {crosscap.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        if name != chosen:
            commands.add_parser(name, help=summary)
            continue
        module = importlib.import_module(f"crosscap.commands.{name.replace('-', '_')}")
        command = commands.add_parser(
            name,
            help=summary,
            description=module.__doc__,
            epilog=module.EXAMPLE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
