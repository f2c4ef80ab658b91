# Files that come from outside: the user's, where the settings say that they are, or those that come with the scenes.
from itertools import permutations

from crosscap.readers import inputs as readers
from crosscap.readers.sts import parts_of


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


def model_files(model):
    """Return the files of a pretrained model that is a folder; one of the Hugging Face hub is known by its name alone."""
    return sorted(str(file) for file in Path(model).rglob("*") if file.is_file()) if model else []


def translation_model(wildcards):
    """Return the files of the model that translates captions into a language, where it is a folder of the user's."""
    model = config["translation"]["model"] if config["translation"]["method"] == "model" else None
    return model_files(model and model.replace("{source}", HUB).replace("{target}", wildcards.language))


def pretrained_text(wildcards):
    """Return the files of the pretrained model that an experiment's text encoder starts from, where it is a folder."""
    return model_files(EXPERIMENTS[wildcards.experiment]["training"]["pretrained"])


def names_beside(path):
    """Return the lists of names that a file of features may have beside it."""
    candidates = (Path(path).with_suffix(".txt"), Path(path).with_name("names.txt"))
    return [str(file) for file in candidates if file.is_file()]


def feature_names():
    """Return the names of the rows of a precomputed matrix, where they are a file of their own."""
    return names_beside(config["features"]["precomputed"])


def extra_text(wildcards):
    """Return the text that word vectors are trained on beside the captions."""
    file = config["vectors"]["extra_text"].get(wildcards.language)
    return [file] if file else []


def vector_file(wildcards):
    """Return the word vectors that the user gives for a language."""
    return config["vectors"]["files"][wildcards.language]


def vectors_of_untrained(wildcards):
    """Return the vectors of a language that no experiment is trained on, whose words are then its vocabulary."""
    trained = {language for experiment in EXPERIMENTS.values() for language in experiment["languages"]}
    needed = config["vectors"]["source"] == "files" and wildcards.language not in trained
    return [vector_file(wildcards)] if needed else []


def dictionary(name):
    """Return the path of a MUSE dictionary; those of the scenes are made with them."""
    return str(Path(config["lexicon"]["folder"] or f"{GENERATED}/dictionaries", name))


def translation_file(wildcards):
    """Return the dictionary or the user's file that a language's captions are translated with; none for a model."""
    method, files = (config["translation"][key] for key in ("method", "files"))
    if method == "model":
        return []
    return [files[wildcards.language] if method == "files" else dictionary(f"{HUB}-{wildcards.language}.txt")]


def generated_dictionaries(pattern):
    """Return the dictionaries that the scenes come with."""
    pairs = [{"source": source, "target": target} for source, target in permutations(LANGUAGES, 2)]
    parts = ["", ".0-5000", ".5000-6500"]
    return [path for pair in pairs for path in expand(pattern, **pair, part=parts)]


def similarity_files():
    """Return the files of scored pairs of sentences by language: the user's, or else those of the scenes, in English."""
    given = config["benchmarks"]["sts"]["files"]
    if given or config["dataset"]["reader"] != "scenes" or "en" not in LANGUAGES:
        return given
    return {"en": [f"{GENERATED}/similarity.tsv"]}


def similarity_parts():
    """Return the files that the pairs of sentences are in, where a benchmark comes as several."""
    return [str(part) for files in similarity_files().values() for file in files for part in parts_of(Path(file))]


def tag_file(key):
    """Return the user's file of tags' names or their truth, or else the scenes'; none without tags."""
    generated = {"names": f"{GENERATED}/tags.csv", "truth": f"{GENERATED}/image_tags.csv"}
    return config["benchmarks"]["tags"][key] or (generated[key] if config["dataset"]["reader"] == "scenes" else [])
