# What the rules share: the checked settings, paths and the functions that give a rule its inputs and parameters.
import os
import sys
from functools import cache
from itertools import permutations
from pathlib import Path

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir)
SOURCE = str(ROOT / "src")
sys.path.insert(0, SOURCE)
# for the scripts' own processes, before what the user's own path has
os.environ.update(PYTHONPATH=os.pathsep.join(filter(None, [SOURCE, os.environ.get("PYTHONPATH")])))
workflow.deployment_settings.conda_not_block_search_path_envvars = True  # in conda's too

from crosscap.faults import InputError
from crosscap.readers import inputs as readers
from crosscap.readers.sts import parts_of
from crosscap.settings import check_settings, load_schema, load_settings, resolve_experiments, tables_read
from crosscap.sources import library_files


def read_config():
    """Return the settings of config.yaml, the --configfile files and --config, all checked."""
    files = [ROOT / "config.yaml", *workflow.overwrite_configfiles]
    try:
        settings = load_settings(files, arguments=workflow.config_settings.config)
        check_settings(settings, schema=load_schema(ROOT / "workflow/schemas/config.schema.yaml"))
    except InputError as error:
        raise WorkflowError(str(error)) from None
    return settings


config.clear()
config.update(read_config())
EXPERIMENTS = resolve_experiments(config)
RUNS = [(experiment["name"], seed) for experiment in config["experiments"] for seed in experiment["seeds"]]
ZERO_SHOT = {experiment["name"]: list(experiment.get("zero_shot", [])) for experiment in config["experiments"]}
ALIGNED = [name for name, experiment in EXPERIMENTS.items() if "lexicon" in tables_read(experiment)]
DATASET, HUB, LANGUAGES = (config["dataset"][key] for key in ("name", "hub", "languages"))
GENERATED = f"results/{DATASET}/generated"


@cache
def code(script):
    """Return the library files that a script imports, so that editing one reruns the script's rule."""
    return relative(library_files(ROOT / "workflow/scripts" / script, SOURCE))


def shipped(folder):
    """Return the files of a library folder that scripts read, so that editing one reruns the rule as well."""
    return relative(sorted(str(file) for file in (ROOT / "src/crosscap" / folder).iterdir()))


def relative(files):
    """Return paths as Snakemake wants them: relative where they are below the working directory."""
    return [os.path.relpath(file) if Path(file).is_relative_to(Path.cwd()) else file for file in files]


def chosen(section, keys):
    """Return some of a section's settings: those that a rule reads."""
    return {key: config[section][key] for key in keys}


def targets():
    """Return the files that a whole run ends with."""
    results = ["summary/results.csv", "report.html", "tracked.json"]
    cards = per_model("results/{dataset}/models/{experiment}/seed{seed}/card.md")
    return [*expand("results/{dataset}/{file}", dataset=DATASET, file=results), *cards]


def downloads():
    """Return the receipts of the downloads that are asked for."""
    return expand("{folder}/.receipts/{item}.json", folder=config["fetch"]["folder"], item=config["fetch"]["items"])


def per_language(pattern):
    """Return an input function: `pattern` for each language of the rule's experiment, or else of the data set."""

    def files(wildcards):
        return expand(pattern, dataset=DATASET, language=languages_of(wildcards))

    return files


def to_hub(pattern):
    """Return an input function: `pattern` from each aligned language to the hub."""

    def files(wildcards):
        return expand(pattern, dataset=DATASET, source=spokes_of(wildcards), target=HUB)

    return files


def both_ways(pattern):
    """Return an input function: `pattern` from each aligned language to the hub, and from the hub to each."""

    def files(wildcards):
        back = expand(pattern, dataset=DATASET, source=HUB, target=spokes_of(wildcards))
        return [*to_hub(pattern)(wildcards), *back]

    return files


def languages_of(wildcards):
    """Return the languages of the rule's experiment, or else of the data set."""
    return EXPERIMENTS[wildcards.experiment]["languages"] if "experiment" in wildcards.keys() else LANGUAGES


def spokes_of(wildcards):
    """Return the languages that the rule's experiment, or else any experiment, aligns to the hub."""
    names = [wildcards.experiment] if "experiment" in wildcards.keys() else EXPERIMENTS
    aligned = {language for name in names if name in ALIGNED for language in EXPERIMENTS[name]["languages"]}
    return [language for language in LANGUAGES if language in aligned and language != HUB]


def word_coverages(wildcards):
    """Return the reports on the word vectors of the languages in which some experiment reads words by them."""
    read = {"vectors", "sentences"} if config["sentences"]["source"] == "vectors" else {"vectors"}
    readers = [experiment for experiment in EXPERIMENTS.values() if tables_read(experiment) & read]
    found = {language for experiment in readers for language in [*experiment["languages"], *experiment["zero_shot"]]}
    languages = [language for language in LANGUAGES if language in found]
    return expand("results/{dataset}/vectors/{language}.json", dataset=DATASET, language=languages)


def where(table, files):
    """Return an input function: `files` for experiments whose training reads `table`, none for others."""

    def inputs(wildcards):
        return files(wildcards) if table in tables_read(EXPERIMENTS[wildcards.experiment]) else []

    return inputs


def lexicon_to_hub(wildcards):
    """Return the lexicon from the rule's language to the hub."""
    return f"results/{wildcards.dataset}/lexicon/{wildcards.language}-{HUB}.parquet"


def measured_languages(wildcards):
    """Return the languages that an experiment is measured in: those of its training and the zero-shot ones."""
    experiment = EXPERIMENTS[wildcards.experiment]
    return [*experiment["languages"], *experiment["zero_shot"]]


def per_measured_language(pattern):
    """Return an input function: `pattern` for each language that the rule's experiment is measured in."""

    def files(wildcards):
        return expand(pattern, **fields(wildcards), language=measured_languages(wildcards))

    return files


def added_languages(wildcards):
    """Return the words of zero-shot languages in the model's space, for models whose table they must be added to."""
    pattern = "results/{dataset}/models/{experiment}/seed{seed}/languages/{language}.parquet"
    experiment = EXPERIMENTS[wildcards.experiment]
    needed = experiment["zero_shot"] if "lexicon" in tables_read(experiment) else []
    return expand(pattern, **fields(wildcards), language=needed)


def rule_languages(wildcards):
    """Return the rule's language, or else those of the data set."""
    return [wildcards.language] if "language" in wildcards.keys() else LANGUAGES


def translations(wildcards):
    """Return the machine-translated captions: of the rule's language, or else of all languages that have any."""
    languages = [language for language in rule_languages(wildcards) if language in config["translation"]["languages"]]
    return expand("results/{dataset}/translations/{language}.parquet", dataset=wildcards.dataset, language=languages)


def translation_file(wildcards):
    """Return the dictionary or the user's file that a language's captions are translated with; none for a model."""
    method, files = (config["translation"][key] for key in ("method", "files"))
    if method == "model":
        return []
    return [files[wildcards.language] if method == "files" else dictionary(f"{HUB}-{wildcards.language}.txt")]


def translation_settings():
    """Return the settings that the chosen method of translation reads."""
    read = ["model", "codes", "beams", "batch_size"] if config["translation"]["method"] == "model" else []
    return {"hub": HUB, **chosen("translation", ["method", *read])}


def raw_captions(wildcards):
    """Return the tables of captions, given and translated, that subwords are made of."""
    return [f"results/{wildcards.dataset}/captions.parquet", *translations(wildcards)]


def where_encoded_by(source, files):
    """Return an input function: `files` where features of sentences come from `source`, none otherwise."""

    def inputs(wildcards):
        return files(wildcards) if config["sentences"]["source"] == source else []

    return inputs


def word_vectors(wildcards):
    """Return the vectors of the rule's language, or else of all languages."""
    return expand("results/{dataset}/vectors/{language}.parquet", dataset=DATASET, language=rule_languages(wildcards))


def maps_to_hub(wildcards):
    """Return the maps into the hub's space of the rule's language, or else of all languages."""
    spokes = [language for language in rule_languages(wildcards) if language != HUB]
    return expand("results/{dataset}/mapping/{source}-{target}.parquet", dataset=DATASET, source=spokes, target=HUB)


def sentence_files(wildcards):
    """Return the user's features of sentences, with their names, of the rule's language or else of all languages."""
    files = [config["sentences"]["files"][language] for language in rule_languages(wildcards)]
    return [path for file in files for path in (file, *names_beside(file))]


def sentence_settings():
    """Return the settings that the source of sentences reads."""
    source = config["sentences"]["source"]
    read = {"vectors": [], "files": ["files"], "model": ["model", "batch_size"]}[source]
    return chosen("sentences", ["source", *read])


def text_features(wildcards):
    """Return the frozen features of a benchmark's texts."""
    return [f"results/{wildcards.dataset}/texts/{wildcards.benchmark}-sentences.parquet"]


def text_captions(wildcards):
    """Return the raw texts of a benchmark."""
    return [f"results/{wildcards.dataset}/texts/{wildcards.benchmark}.parquet"]


def zero_shot_of(wildcards):
    """Return the languages that the rule's experiment is measured in without training."""
    return EXPERIMENTS[wildcards.experiment]["zero_shot"]


def fields(wildcards):
    """Return wildcards as keywords of `expand`."""
    return {name: wildcards[name] for name in wildcards.keys()}


def per_model(pattern, experiments=EXPERIMENTS):
    """Return `pattern` for each seed of each of the experiments."""
    runs = [run for run in RUNS if run[0] in experiments]
    return [pattern.format(dataset=DATASET, experiment=name, seed=seed) for name, seed in runs]


def metrics_of_model(wildcards):
    """Return the tables of what was measured of the rule's model."""
    tables = ["metrics", "translation"] if wildcards.experiment in ALIGNED else ["metrics"]
    pattern = "results/{dataset}/models/{experiment}/seed{seed}/{table}.parquet"
    return expand(pattern, **fields(wildcards), table=tables)


def experiment_settings(wildcards):
    """Return what train_model trains."""
    return EXPERIMENTS[wildcards.experiment]


def similarity_of(wildcards):
    """Return the similarity that the experiment is trained and measured with."""
    return EXPERIMENTS[wildcards.experiment]["similarity"]


def training_threads(wildcards):
    """Return the threads that the experiment's training uses."""
    return EXPERIMENTS[wildcards.experiment]["training"]["threads"]


def reader_section():
    """Return the settings of the data set's reader; the scenes are read as a folder whose file names the splits."""
    reader = config["dataset"]["reader"]
    if reader != "scenes":
        return config["dataset"][reader]
    return {"captions": f"{GENERATED}/captions.csv", "images": f"{GENERATED}/images", "split_percent": {}}


def caption_files():
    """Return the files that the data set's captions are in."""
    return readers.caption_files(config["dataset"]["reader"], settings=reader_section(), languages=LANGUAGES)


def image_folder():
    """Return the folder of the images; none where features are precomputed and no images are given."""
    return reader_section().get("images") or []


def weight_files():
    """Return the backbone's weights where they are a file of the user's."""
    weights = config["features"]["weights"]
    return [weights] if weights.endswith(".safetensors") else []


def feature_names():
    """Return the names of the rows of a precomputed matrix, where they are a file of their own."""
    return names_beside(config["features"]["precomputed"])


def names_beside(path):
    """Return the lists of names that a file of features may have beside it."""
    candidates = (Path(path).with_suffix(".txt"), Path(path).with_name("names.txt"))
    return [str(file) for file in candidates if file.is_file()]


def extra_text(wildcards):
    """Return the text that word vectors are trained on beside the captions."""
    file = config["vectors"]["extra_text"].get(wildcards.language)
    return [file] if file else []


def vector_file(wildcards):
    """Return the word vectors that the user gives for a language."""
    return config["vectors"]["files"][wildcards.language]


def dictionary(name):
    """Return the path of a MUSE dictionary; those of the scenes are made with them."""
    return str(Path(config["lexicon"]["folder"] or f"{GENERATED}/dictionaries", name))


def generated_dictionaries(pattern):
    """Return the dictionaries that the scenes come with."""
    pairs = [{"source": source, "target": target} for source, target in permutations(LANGUAGES, 2)]
    parts = ["", ".0-5000", ".5000-6500"]
    return [path for pair in pairs for path in expand(pattern, **pair, part=parts)]


def examples():
    """Return the settings of the report's example queries."""
    return {
        "images_folder": reader_section().get("images"),
        "count": config["report"]["examples"],
        "seed": config["evaluation"]["seed"],
    }


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


def similarity_files():
    """Return the files of scored pairs of sentences by language: the user's, or else those of the scenes, in English."""
    given = config["benchmarks"]["sts"]["files"]
    if given or config["dataset"]["reader"] != "scenes" or "en" not in LANGUAGES:
        return given
    return {"en": [f"{GENERATED}/similarity.tsv"]}


def tag_file(key):
    """Return the user's file of tags' names or their truth, or else the scenes'; none without tags."""
    generated = {"names": f"{GENERATED}/tags.csv", "truth": f"{GENERATED}/image_tags.csv"}
    return config["benchmarks"]["tags"][key] or (generated[key] if config["dataset"]["reader"] == "scenes" else [])


def text_tokens(wildcards):
    """Return the tokens of the captions in the languages of a benchmark's texts."""
    languages = similarity_files() if wildcards.benchmark == "sts" else LANGUAGES
    return expand("results/{dataset}/tokens/{language}.parquet", dataset=wildcards.dataset, language=languages)


def benchmark_metrics():
    """Return the tables metrics of all benchmarks: sentences for models that know their language, and tags."""
    folder = "results/{dataset}/models/{experiment}/seed{seed}"
    knowing = [
        name
        for name, experiment in EXPERIMENTS.items()
        if not similarity_files().keys().isdisjoint([*experiment["languages"], *experiment["zero_shot"]])
    ]
    tagged = EXPERIMENTS if tag_file("names") else []
    return [*per_model(f"{folder}/similarity.parquet", knowing), *per_model(f"{folder}/tagging.parquet", tagged)]
