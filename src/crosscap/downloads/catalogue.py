"""What can be fetched, from where, under which licence, and what the user must get by hand.

The addresses are those that the publishers' own pages or repositories, or public code that downloads from them, show;
where one is not, the item's note calls it unverified. None was downloaded from. A sha256 stands here only where one is
known; otherwise the receipt of a download records the one that was found.
"""

from __future__ import annotations

from difflib import get_close_matches

from crosscap.downloads.items import FreeItem, Item, ManualItem, RemoteFile

MULTI30K = "https://raw.githubusercontent.com/multi30k/dataset/master"
XTD10 = "https://raw.githubusercontent.com/adobe-research/Cross-lingual-Test-Dataset-XTD10/main"
STS = "https://raw.githubusercontent.com/brmson/dataset-sts/master/data/sts/semeval-sts"
META = "https://dl.fbaipublicfiles.com"
RESEARCH = "non-commercial research and education"
WIKIPEDIA_VECTORS = (
    *("af", "ar", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr"),
    *("hu", "id", "it", "ko", "lt", "lv", "mk", "ms", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sv", "ta"),
    *("th", "tl", "tr", "uk", "vi", "zh"),
)
WITH_ENGLISH = (*(code for code in WIKIPEDIA_VECTORS if code != "en"), "ja")
EUROPEAN = ("de", "es", "fr", "it", "pt")  # MUSE has every pair of these and English
XTD10_FILES = {
    "MIC/test_1kcaptions_de.txt": (75593, "51f1e9fe05d85b7cd33543676ed2fea51b05399cc403a5fca557ca7ecdb9a207"),
    "MIC/test_1kcaptions_fr.txt": (79287, "84aa16954706a0f654b59788ffb6a3bcb1b1d9d12dc9d7a3de26730bc04664b5"),
    "STAIR/test_1kcaptions_jp.txt": (63028, "20908aa5763ee7b1bacc1f29aa507532d3dc6a7e6a8c43e6acd2ec72d1e80c10"),
    "XTD10/test_1kcaptions_en.txt": (65828, "ac5531b6842c1d469fba80aa6f44e2af054e84a41da8f9eaf01d831e943039b9"),
    "XTD10/test_1kcaptions_es.txt": (66315, "cacc43d4e7af56b02033865531ea70494049f1d0dd3ea89ff2a217e7e190c4f2"),
    "XTD10/test_1kcaptions_it.txt": (65178, "b4095d3550eb1accf8c9c78314b4bef45847a3929b5c5fe15a1264ea31dec7cc"),
    "XTD10/test_1kcaptions_ko.txt": (70124, "92d35e082cd081724560c9abdb2b45753ceb52aaabddb9a0f79dc04967a36800"),
    "XTD10/test_1kcaptions_pl.txt": (66605, "b6af6b7941f44e902b50736dcf9a7221af28e755a259511652c599cf6ae89c78"),
    "XTD10/test_1kcaptions_ru.txt": (95035, "7d93631ff85b53592091b3cbfd9ca963397e77038fb3d0fdd9374b1b02ae98a3"),
    "XTD10/test_1kcaptions_tr.txt": (71756, "147e9763dcb6e6ebba0b98fc799f0145c7d90005fa03ca8ec5a7cf29a04dd136"),
    "XTD10/test_1kcaptions_zh.txt": (58660, "17229ff02ac85dd2d165f8316515a24fbe5100dbf486c22aaa12105dfb3353bf"),
    "XTD10/test_image_names.txt": (31600, "504a472dfd40e44f2d0facd6320b9dc1c7d64c58aac9840f0b1da4807cb3a30a"),
}
WEIGHTS = (  # torchvision's IMAGENET1K_V1; a name ends with the beginning of the file's sha256
    *("resnet18-f37072fd", "resnet34-b627a593", "resnet50-0676ba61", "resnet101-63fe2227", "resnet152-394f9c45"),
    *("vgg16-397923af", "vgg19-dcbb9e9d", "mobilenet_v2-b0353104"),
)


def find_item(name: str) -> Item | None:
    """Return the item of a name; None where there is none."""
    return ITEMS.get(name)


def near_names(name: str) -> list[str]:
    """Return the names of items that an unknown name may mean: those spelt alike, or else one of each family."""
    family, *languages = name.split("-")
    if (turned := "-".join([family, *reversed(languages)])) in ITEMS:
        return [turned]
    families = {known.partition("-")[0]: known for known in reversed(ITEMS)}
    return get_close_matches(name, ITEMS, n=3) or sorted(families.values())


def _multi30k(task: str, images: str, splits: dict[str, str], languages: str, *, note: str) -> FreeItem:
    """Return a task of Multi30K in its repository's layout: image lists, and captions as they are, compressed."""
    paths = [f"data/{task}/image_splits/{images.format(split)}" for split in splits]
    for split, pattern in splits.items():
        numbers = range(1, 6) if "{number}" in pattern else [0]
        names = [pattern.format(number=number) for number in numbers]
        paths += [f"data/{task}/raw/{split}{name}.{code}.gz" for name in names for code in languages.split()]
    files = tuple(RemoteFile(f"{MULTI30K}/{path}", f"multi30k/{path}") for path in paths)
    return FreeItem(f"multi30k-{task}", files, RESEARCH, note)


def _muse(first: str, second: str) -> FreeItem:
    """Return the dictionaries of two languages, both ways, whole and in the parts for training and testing."""
    names = [f"{a}-{b}{part}.txt" for a, b in ((first, second), (second, first)) for part in ("", *MUSE_PARTS)]
    files = tuple(RemoteFile(f"{META}/arrival/dictionaries/{name}", f"dictionaries/{name}") for name in names)
    return FreeItem(f"muse-{first}-{second}", files, "CC BY-NC 4.0", "MUSE dictionaries, for lexicon.folder")


def _vectors(name: str, path: str, note: str, sha256: str | None = None) -> FreeItem:
    """Return word vectors of fastText."""
    file = RemoteFile(f"{META}/fasttext/{path}", f"vectors/{path.rpartition('/')[2]}", sha256=sha256)
    return FreeItem(f"vectors-{name}", (file,), "CC BY-SA 3.0", note)


def _weights(stem: str) -> FreeItem:
    """Return ImageNet weights of torchvision, where torch looks for them."""
    network, _, start = stem.rpartition("-")
    url = f"https://download.pytorch.org/models/{stem}.pth"
    file = RemoteFile(url, f"torch/hub/checkpoints/{stem}.pth", sha256=start)
    note = "found by features.weights: IMAGENET1K_V1 when TORCH_HOME is the folder torch in the folder of downloads"
    return FreeItem(f"weights-{network.replace('_', '-')}", (file,), "BSD-3-Clause; ImageNet's terms apply", note)


MUSE_PARTS = (".0-5000", ".5000-6500")
_WIKIPEDIA = "trained on Wikipedia and aligned to English by their authors, 300 dimensions"
_FREE: tuple[FreeItem, ...] = (
    _multi30k(
        *("task1", "{}.txt", {"train": "", "val": "", "test_2016_flickr": ""}, "en de fr cs"),
        note="Multi30K: an English caption an image and its translations",
    ),
    _multi30k(
        *("task2", "{}_images.txt", dict.fromkeys(("train", "val", "test_2016"), ".{number}"), "en de"),
        note="Multi30K: five captions an image and language; addresses of val's and test's image lists unverified",
    ),
    *(_muse("en", code) for code in sorted(WITH_ENGLISH)),
    *(_muse(a, b) for number, a in enumerate(EUROPEAN) for b in EUROPEAN[number + 1 :]),
    *(_vectors(code, f"vectors-aligned/wiki.{code}.align.vec", _WIKIPEDIA) for code in WIKIPEDIA_VECTORS),
    _vectors("ja", "vectors-crawl/cc.ja.300.vec.gz", "trained on web pages and Wikipedia, not aligned"),
    _vectors(
        *("ja-wiki", "vectors-wiki/wiki.ja.vec", "trained on Wikipedia, not aligned; sha256 as another project has it"),
        "b44b2eef8bdcf0739c971c4ff7fcae7a300b5e06cf0e50c5787082957ad9d998",
    ),
    FreeItem(
        "xtd10",
        tuple(RemoteFile(f"{XTD10}/{path}", f"xtd10/{path}", *known) for path, known in XTD10_FILES.items()),
        "Adobe Research License: non-commercial research",
        "captions of a thousand COCO photos in eleven languages",
    ),
    FreeItem(
        "sts-images",
        (
            RemoteFile(f"{STS}/2014/images.test.tsv", "sts/2014/images.test.tsv", 72028),
            RemoteFile(f"{STS}/2015/images.test.tsv", "sts/2015/images.test.tsv", 148521),
        ),
        "CC BY-SA 4.0",
        "SemEval's pairs of image descriptions with their similarity",
    ),
    FreeItem(
        "stair-captions",
        (
            RemoteFile(
                "https://github.com/STAIR-Lab-CIT/STAIR-captions/raw/b888953f398cb058ab6e6244cf8ccbe4cceb47f4/"
                "stair_captions_v1.2.tar.gz",
                "stair",
                unpack="tar",
                creates=("stair_captions_v1.2_train.json", "stair_captions_v1.2_val.json"),
            ),
        ),
        "CC BY 4.0",
        "Japanese captions of COCO's photos",
    ),
    FreeItem(
        "yj-captions",
        (
            RemoteFile(
                "https://github.com/yahoojapan/YJCaptions/raw/master/yjcaptions26k.zip",
                "yjcaptions",
                unpack="zip",
                creates=("yjcaptions26k_clean.json",),
            ),
        ),
        "see https://github.com/yahoojapan/YJCaptions",
        "Japanese captions of 26,500 COCO photos",
    ),
    *(_weights(stem) for stem in WEIGHTS),
)
_MANUAL = (
    ManualItem(
        "flickr30k-images",
        ("flickr30k-images",),
        f"{RESEARCH}; Flickr's terms apply",
        (
            "fill in the form that https://shannon.cs.illinois.edu/DenotationGraph/ links to, and wait for the answer",
            "unpack the archive of the photos, so that they lie in {folder}/flickr30k-images",
        ),
    ),
    ManualItem(
        "coco-images",
        ("coco/train2014", "coco/val2014"),
        "Flickr's terms apply; see https://cocodataset.org/#termsofuse",
        (
            "download http://images.cocodataset.org/zips/train2014.zip (13 GB) and the same of val2014 (6 GB)",
            "unpack both in {folder}/coco, which gives {folder}/coco/train2014 and {folder}/coco/val2014",
        ),
    ),
    ManualItem(
        "karpathy-splits",
        ("karpathy/dataset_coco.json", "karpathy/dataset_flickr30k.json"),
        "as the captions of COCO and Flickr30K",
        (
            "get caption_datasets.zip: https://cs.stanford.edu/people/karpathy/deepimagesent/caption_datasets.zip, "
            "or a copy of it where that address no longer answers",
            "unpack it in {folder}/karpathy",
        ),
    ),
)
_ALL: tuple[Item, ...] = (*_FREE, *_MANUAL)
ITEMS = {item.name: item for item in _ALL}
