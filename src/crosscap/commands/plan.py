"""Say what the workflow would run now, why, and for about how long; nothing is run, and no result is touched.

All arguments of snakemake may be given too: targets, --configfile, --config, --directory, --forcerun and so on.
"""

from __future__ import annotations

import argparse
import os
import sys

EXAMPLE = """examples:
  crosscap plan
  crosscap plan --configfile workflow/presets/multi30k.yaml --cores 8
  crosscap plan --json results/scenes/summary/results.csv

The time is an estimate: what each job, or else others of its rule, took when last run here (logs/**/*.tsv), spread
over the cores as Snakemake would. A changed setting may make a job faster or slower than that.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments; what is not known here goes to Snakemake."""
    parser.add_argument("--cores", type=_cores, default="all", metavar="N", help="CPU cores to run on (default: all)")
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")
    parser.set_defaults(further=[])  # Snakemake's own


def run(arguments: argparse.Namespace) -> int:
    """Ask Snakemake, and print."""
    from crosscap.planning.dry_run import dry_run
    from crosscap.planning.plan import make_plan
    from crosscap.planning.shown import plan_json, plan_text

    found = dry_run([*arguments.further, "--cores", str(arguments.cores)])
    plan = make_plan(found, cores=arguments.cores)
    sys.stdout.write(plan_json(plan) if arguments.json else plan_text(plan))
    return 0


def _cores(text: str) -> int:
    """Return a number of cores; ``all`` is as many as this process may use."""
    if text == "all":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is neither a number of cores from 1 nor all")
    return int(text)
