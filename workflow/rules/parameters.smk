# What rules hand to their scripts beside files: the settings that a script reads, and no others. And the memory that the
# rules ask for.
from functools import reduce
from operator import getitem


def chosen(section, keys):
    """Return some of a section's settings: those that a rule reads."""
    return {key: config[section][key] for key in keys}


def of_experiment(*keys):
    """Return a function: what stands under these keys in the settings of the rule's experiment."""

    def setting(wildcards):
        return reduce(getitem, keys, EXPERIMENTS[wildcards.experiment])

    return setting


def training_settings(wildcards):
    """Return what the rule's experiment trains: to measure it in a further language trains nothing anew."""
    return {key: value for key, value in EXPERIMENTS[wildcards.experiment].items() if key != "zero_shot"}


def zero_shot():
    """Return the languages that each experiment is measured in without training."""
    return {name: experiment["zero_shot"] for name, experiment in EXPERIMENTS.items()}


def translation_settings():
    """Return the settings that the chosen method of translation reads."""
    read = ["model", "codes", "beams", "batch_size"] if config["translation"]["method"] == "model" else []
    return {"hub": HUB, **chosen("translation", ["method", *read])}


def sentence_settings():
    """Return the settings that the source of sentences reads."""
    source = config["sentences"]["source"]
    read = {"vectors": [], "files": ["files"], "model": ["model", "batch_size"]}[source]
    return chosen("sentences", ["source", *read])


def sentence_encoder():
    """Return the model that sentences are read with, "" where their features come from elsewhere."""
    return config["sentences"]["model"] if config["sentences"]["source"] == "model" else ""


def network_settings():
    """Return the network that features of photos are made with, nothing where they are precomputed."""
    given = config["features"]["precomputed"]
    return {} if given else chosen("features", ["backbone", "weights", "crops", "resize", "crop"])


def vector_training():
    """Return the settings that word vectors are trained with, and those that extra text is tokenized with."""
    trained = chosen("vectors", ["dimension", "epochs", "minimum_ngram", "maximum_ngram", "seed"])
    return {**config["tokens"], **trained}


def measuring():
    """Return the settings of ranks and their intervals."""
    return {**chosen("evaluation", ["fold_size"]), **resampling()}


def resampling():
    """Return the settings of the bootstrap."""
    return {**chosen("evaluation", ["resamples"]), "random_seed": config["evaluation"]["seed"]}


def examples():
    """Return the settings of the report's example queries."""
    return {
        "images_folder": reader_section().get("images"),
        "count": config["report"]["examples"],
        "seed": config["evaluation"]["seed"],
    }


def comparing():
    """Return the pairs of experiments that the report compares, and the settings of the intervals of differences."""
    return {"pairs": config["report"]["compare"], **resampling()}


def memory(least, *, holding=None, times=0):
    """Return a function: a rule's mem_mb, `least` and `times` the size of what it holds of an input.

    Each further attempt asks for as much again.
    """

    def megabytes(wildcards, input, attempt):
        held = input.get(holding, [])
        files = [held] if isinstance(held, str) else held
        return attempt * (least + int(times * sum(map(os.path.getsize, files)) / 1e6))

    return megabytes


def given_features_held():
    """Return how many times its size a file of precomputed features takes in memory: an array stays on disk."""
    return 0 if config["features"]["precomputed"].endswith(".npy") else 8
