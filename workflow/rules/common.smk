# What all rules stand on: the checked settings, and the library's files that a rule's script is made of.
import json
import os
import sys
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir)
SOURCE = str(ROOT / "src")
sys.path.insert(0, SOURCE)
# for the scripts' own processes, before what the user's own path has
os.environ.update(PYTHONPATH=os.pathsep.join(filter(None, [SOURCE, os.environ.get("PYTHONPATH")])))
workflow.deployment_settings.conda_not_block_search_path_envvars = True  # in conda's too

from crosscap.experiments import reads_new_texts, resolve_experiments, tables_read
from crosscap.faults import InputError
from crosscap.settings import read_config
from crosscap.sources import library_files


def checked_config():
    """Return the settings of config.yaml, the --configfile files and --config, all checked."""
    given = workflow.config_settings.config
    try:
        return read_config(ROOT, files=workflow.overwrite_configfiles, arguments=given)
    except InputError as error:
        raise WorkflowError(str(error)) from None


config.clear()
config.update(checked_config())
os.environ.update(CROSSCAP_TRACKING=json.dumps(config["tracking"]))  # see crosscap.tracking.place
EXPERIMENTS = resolve_experiments(config)
RUNS = [(experiment["name"], seed) for experiment in config["experiments"] for seed in experiment["seeds"]]
ALIGNED = [name for name, experiment in EXPERIMENTS.items() if "lexicon" in tables_read(experiment)]
DATASET, HUB, LANGUAGES = (config["dataset"][key] for key in ("name", "hub", "languages"))
GENERATED = f"results/{DATASET}/generated"


@cache
def code(script):
    """Return the library files that a script imports, so that editing one reruns the script's rule."""
    return relative(library_files(ROOT / "workflow/scripts" / script, SOURCE))


def shipped(name):
    """Return a file of the library, or those of a folder, that scripts read: editing one reruns the rule as well."""
    path = ROOT / "src/crosscap" / name
    return relative(sorted(map(str, path.iterdir() if path.is_dir() else [path])))


def relative(files):
    """Return paths as Snakemake wants them: relative where they are below the working directory."""
    return [os.path.relpath(file) if Path(file).is_relative_to(Path.cwd()) else file for file in files]


def fields(wildcards):
    """Return wildcards as keywords of `expand`."""
    return {name: wildcards[name] for name in wildcards.keys()}


def per_model(pattern, runs=RUNS):
    """Return `pattern` for each seed of each experiment, or for some of these runs."""
    return [pattern.format(dataset=DATASET, experiment=name, seed=seed) for name, seed in runs]
