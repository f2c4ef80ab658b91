"""What tasks, metrics and languages are called where people read them."""

from __future__ import annotations

TASKS = {
    **{"text_to_image": "text → image", "image_to_text": "image → text", "caption_to_caption": "caption → caption"},
    **{"image_text": "both directions", "translation": "word translation"},
}
METRICS = {
    **{"R@1": "R@1", "R@5": "R@5", "R@10": "R@10", "median_rank": "median rank", "mean_rank": "mean rank"},
    **{"rsum": "rsum", "alignment_ratio": "alignment"},
}
BENCHMARK_TASKS = {  # measured beside retrieval, in tables of their own
    "similarity": "Similarity of sentences (correlation with given scores × 100)",
    "tagging": "Tagging (the names of tags ranked for each image, %)",
    "consistency": "Consistency over languages (variance of ranks; lower is better)",
    "clusters": "Clusters (distances within an image and its captions, and between it and others' captions)",
}
BENCHMARK_NOTES = {  # what must be known to read a benchmark's figures, or those of one of its metrics
    "pearson_cosine": "Cosines are given of systems of order similarity only, and the best of these is marked: where "
    "a system's two correlations are equal, one may be marked and the other not.",
    "tagging": "The protocol is our own; papers that speak of tagging do not say how it was measured.",
    "consistency": "To be read beside the recalls: who takes no notice of captions ranks alike in all languages.",
    "clusters": "Neither distance is better by itself; what tells is the one within against the one between.",
}
TABLE_METRICS = {"tagging": ("precision@1", "recall@5", "mAP")}  # of a benchmark with many; the CSV has them all
MEASURES = {  # what is not in METRICS
    **{"alignment_ratio_csls": "alignment, CSLS", "mean_recall": "mean recall"},
    **{"pearson": "Pearson", "spearman": "Spearman"},
    **{"pearson_cosine": "Pearson, cosine", "spearman_cosine": "Spearman, cosine"},
    **{f"precision@{cutoff}": f"P@{cutoff}" for cutoff in (1, 5, 10)},
    **{f"recall@{cutoff}": f"recall@{cutoff}" for cutoff in (1, 5, 10)},
    "mAP": "mAP",
    **{"rank_variance_image_to_text": "image → text", "rank_variance_text_to_image": "text → image"},
    **{"intra_distance": "within", "inter_distance": "between"},
}
FIDELITY = {  # how near a system is to its paper
    "paper": "the recipe follows the paper's text",
    "code": "the recipe follows the authors' code",
    "reconstruction": "the recipe is made from other sources, and its figures say little about the authors' system",
}
FIDELITY_LEGEND = "; ".join(f"{label}: {meaning}" for label, meaning in FIDELITY.items()) + "."
LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "zh": "Chinese",
}


def language_name(code: str) -> str:
    """Return ``German`` for ``de``, ``English → German`` for ``en-de``, and the code itself where no name is known."""
    return " → ".join(LANGUAGES.get(part, part) for part in code.split("-"))
