"""What tasks, metrics and languages are called where people read them."""

from __future__ import annotations

TASKS = {"text_to_image": "text → image", "image_to_text": "image → text", "caption_to_caption": "caption → caption"}
METRICS = {
    **{"R@1": "R@1", "R@5": "R@5", "R@10": "R@10", "median_rank": "median rank", "mean_rank": "mean rank"},
    **{"rsum": "rsum", "alignment_ratio": "alignment"},
}
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
