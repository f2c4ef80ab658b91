# Files that rules make and others read: input functions, and what a whole run ends with.
BENCHMARKS = {"sts": "similarity", "tags": "tagging"}  # and the tables of what is measured with them
METRICS = "results/{dataset}/models/{experiment}/seed{seed}/{table}.parquet"


def targets():
    """Return the files that a whole run ends with.

    Models are among them: Snakemake removes a job's outputs before it runs, and would not miss one whose training failed
    once its inputs are as they were.
    """
    results = ["summary/results.csv", "report.html", "tracked.json", *["registered.json"] * bool(registered_runs())]
    of_models = [f"results/{{dataset}}/models/{{experiment}}/seed{{seed}}/{file}" for file in ("model", "card.md")]
    models = [path for pattern in of_models for path in per_model(pattern)]
    return [*expand("results/{dataset}/{file}", dataset=DATASET, file=results), *models, *indexes()]


def indexes():
    """Return the search indexes that are asked for."""
    return per_model("results/{dataset}/models/{experiment}/seed{seed}/index", searched_runs())


def searched_runs():
    """Return the runs that have a search index: the first seed of each experiment that asks for one."""
    searched = [experiment for experiment in config["experiments"] if experiment.get("search")]
    return [(experiment["name"], experiment["seeds"][0]) for experiment in searched]


def registered_runs():
    """Return the runs whose models are registered in MLflow: such as can read a text that is new."""
    asked = [run for run in RUNS if reads_new_texts(EXPERIMENTS[run[0]]["system"], config["sentences"])]
    return {"all": asked, "searched": searched_runs(), "none": []}[config["tracking"]["register"]]


def downloads():
    """Return the receipts of the downloads that are asked for."""
    return expand("{folder}/.receipts/{item}.json", folder=config["fetch"]["folder"], item=config["fetch"]["items"])


def languages_of(wildcards):
    """Return the languages of the rule's experiment, or else of the data set."""
    return EXPERIMENTS[wildcards.experiment]["languages"] if "experiment" in wildcards.keys() else LANGUAGES


def measured_languages(wildcards):
    """Return the languages that an experiment is measured in: those of its training and the zero-shot ones."""
    experiment = EXPERIMENTS[wildcards.experiment]
    return [*experiment["languages"], *experiment["zero_shot"]]


def per_language(pattern, languages=languages_of):
    """Return an input function: `pattern` for each of the languages that a function finds for the rule."""

    def files(wildcards):
        return expand(pattern, **fields(wildcards), language=languages(wildcards))

    return files


def rule_languages(wildcards):
    """Return the rule's language, or else those of the data set."""
    return [wildcards.language] if "language" in wildcards.keys() else LANGUAGES


def where(table, files):
    """Return an input function: `files` for experiments whose training reads `table`, none for others."""

    def inputs(wildcards):
        return files(wildcards) if table in tables_read(EXPERIMENTS[wildcards.experiment]) else []

    return inputs


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


def spokes_of(wildcards):
    """Return the languages that the rule's experiment, or else any experiment, aligns to the hub."""
    names = [wildcards.experiment] if "experiment" in wildcards.keys() else EXPERIMENTS
    aligned = {language for name in names if name in ALIGNED for language in EXPERIMENTS[name]["languages"]}
    return [language for language in LANGUAGES if language in aligned and language != HUB]


def vectors_of_hub(wildcards):
    """Return the hub's word vectors, as training starts from them."""
    return f"results/{wildcards.dataset}/vectors/{HUB}.parquet"


def lexicon_to_hub(wildcards):
    """Return the lexicon from the rule's language to the hub."""
    return f"results/{wildcards.dataset}/lexicon/{wildcards.language}-{HUB}.parquet"


def word_coverages(wildcards):
    """Return the reports on the word vectors of the languages in which some experiment reads words by them."""
    read = {"vectors", "sentences"} if config["sentences"]["source"] == "vectors" else {"vectors"}
    readers = [experiment for experiment in EXPERIMENTS.values() if tables_read(experiment) & read]
    found = {language for experiment in readers for language in [*experiment["languages"], *experiment["zero_shot"]]}
    languages = [language for language in LANGUAGES if language in found]
    return expand("results/{dataset}/vectors/{language}.json", dataset=DATASET, language=languages)


def added_languages(wildcards):
    """Return the words of zero-shot languages in the model's space, for models whose table they must be added to."""
    pattern = "results/{dataset}/models/{experiment}/seed{seed}/languages/{language}.parquet"
    experiment = EXPERIMENTS[wildcards.experiment]
    needed = experiment["zero_shot"] if "lexicon" in tables_read(experiment) else []
    return expand(pattern, **fields(wildcards), language=needed)


def translations(wildcards):
    """Return the machine-translated captions: of the rule's language, or else of all languages that have any."""
    languages = [language for language in rule_languages(wildcards) if language in config["translation"]["languages"]]
    return expand("results/{dataset}/translations/{language}.parquet", dataset=wildcards.dataset, language=languages)


def translation_reports():
    """Return the reports on machine-translated captions of languages that an experiment is trained on."""
    trained = {language for experiment in EXPERIMENTS.values() for language in experiment["languages"]}
    languages = [language for language in config["translation"]["languages"] if language in trained]
    return expand("results/{dataset}/translations/{language}.json", dataset=DATASET, language=languages)


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


def encoder_files(wildcards):
    """Return the user's features of sentences, or else the files of the model that makes them, where it is a folder."""
    return sentence_files(wildcards) if config["sentences"]["source"] == "files" else model_files(sentence_encoder())


def sentence_files(wildcards):
    """Return the user's features of sentences, with their names, of the rule's language or else of all languages."""
    files = [config["sentences"]["files"][language] for language in rule_languages(wildcards)]
    return [path for file in files for path in (file, *names_beside(file))]


def text_features(wildcards):
    """Return the frozen features of a benchmark's texts."""
    return [f"results/{wildcards.dataset}/texts/{wildcards.benchmark}-sentences.parquet"]


def text_captions(wildcards):
    """Return the raw texts of a benchmark."""
    return [f"results/{wildcards.dataset}/texts/{wildcards.benchmark}.parquet"]


def text_tokens(wildcards):
    """Return the tokens of the captions in the languages of a benchmark's texts."""
    languages = similarity_files() if wildcards.benchmark == "sts" else LANGUAGES
    return expand("results/{dataset}/tokens/{language}.parquet", dataset=wildcards.dataset, language=languages)


def where_tagged(files):
    """Return `files` where images are tagged, none otherwise."""
    return files if tag_file("names") else []


def overlap_reports():
    """Return the reports on benchmarks' texts that are training captions too."""
    measured = {table for name in EXPERIMENTS for table in tables_measured(name)}
    names = [benchmark for benchmark, table in BENCHMARKS.items() if table in measured]
    return expand("results/{dataset}/texts/{benchmark}-overlap.json", dataset=DATASET, benchmark=names)


def tables_measured(name):
    """Return the tables of what is measured of an experiment: retrieval, and what its languages and words allow."""
    experiment = EXPERIMENTS[name]
    known = {*experiment["languages"], *experiment["zero_shot"]}
    measured = {
        "metrics": True,
        "translation": name in ALIGNED,
        "similarity": not known.isdisjoint(similarity_files()),
        "tagging": bool(tag_file("names")),
    }
    return [table for table, is_measured in measured.items() if is_measured]


def metrics_of_model(wildcards):
    """Return the tables of what was measured of the rule's model."""
    return [METRICS.format(**fields(wildcards), table=table) for table in tables_measured(wildcards.experiment)]


def all_metrics():
    """Return the tables of what was measured of all models, model by model."""
    tables = [(name, seed, table) for name, seed in RUNS for table in tables_measured(name)]
    return [METRICS.format(dataset=DATASET, experiment=name, seed=seed, table=table) for name, seed, table in tables]
