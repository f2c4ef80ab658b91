"""A process that has Snakemake imported and forks one for each dry run: importing it takes longer than planning.

It is not multiprocessing's fork server: there is one of those in a process, and the trainings have it, with the library
of this checkout imported, where a dry run is to import that of the copy that it plans.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

from snakemake import cli

LATE = ("jsonschema", "PIL.Image", "pyarrow.parquet", "yte")  # what Snakemake and the Snakefile import while they plan


def serve() -> None:
    """Run Snakemake for each line of the input: its arguments and a file for what it prints. Tell the exit status."""
    cli.get_argument_parser()  # which imports Snakemake's plug-ins
    for name in LATE:
        importlib.import_module(name)
    for line in sys.stdin:
        arguments, output = json.loads(line)
        if child := os.fork():
            sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
            sys.stdout.flush()
        else:
            with Path(output).open("w") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            sys.exit(cli.main(arguments))


if __name__ == "__main__":
    serve()
