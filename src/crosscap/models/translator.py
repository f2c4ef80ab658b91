"""Machine translation with pretrained models of the `transformers` library: Marian (OPUS-MT), NLLB, M2M100, mBART.

The search is greedy or a beam, never sampling, so that the same model translates the same captions alike.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from safetensors import SafetensorError

from crosscap.devices import best_device
from crosscap.faults import InputError
from crosscap.logs import progress
from crosscap.models.libraries import first_line, load_library

logger = logging.getLogger(__name__)

LONGEST = 128  # subwords of a translated caption


@dataclass(frozen=True)
class Direction:
    """What is translated into what: codes of languages, and what the model calls them where that is something else."""

    source: str
    target: str
    codes: Mapping[str, str]

    @property
    def model_codes(self) -> tuple[str, str]:
        """Both languages as the model calls them."""
        return self.codes.get(self.source, self.source), self.codes.get(self.target, self.target)


def translate(texts: Sequence[str], model: str, *, direction: Direction, beams: int, batch_size: int) -> list[str]:
    """Translate texts with a model of a folder or of the Hugging Face hub; equal texts are translated once.

    `{source}` and `{target}` in the model's name stand for the languages. A model of many languages is told the target
    in its own way: by the first word that it says, or, of several Marian models, by ``>>code<<`` before the text.

    Raises:
        InputError: the library is missing, there is no such model, or it does not know the languages.
    """
    name = model.replace("{source}", direction.source).replace("{target}", direction.target)
    network, tokenizer = _load(name)
    first, prefix = _told(tokenizer, direction, name=name)
    different = sorted(set(texts), key=lambda text: (len(text), text))  # captions of one length need little padding
    settings = {"num_beams": beams, "do_sample": False, "max_new_tokens": LONGEST, "max_length": None, **first}
    translated: dict[str, str] = {}
    for start in progress(range(0, len(different), batch_size), unit="batch"):
        batch = different[start : start + batch_size]
        inputs = tokenizer([prefix + text for text in batch], return_tensors="pt", padding=True, truncation=True)
        with torch.inference_mode():
            output = network.generate(**inputs.to(network.device), **settings)
        translated |= zip(batch, tokenizer.batch_decode(output, skip_special_tokens=True), strict=True)
    logger.info("%d different captions of %d translated by %s", len(different), len(texts), name)
    return [translated[text].strip() for text in texts]


def _load(name: str) -> tuple[Any, Any]:
    """Load a model that writes text, and its tokenizer."""
    library = load_library("transformers")
    try:
        network, loaded = library.AutoModelForSeq2SeqLM.from_pretrained(name, output_loading_info=True)
        tokenizer = library.AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError, ImportError, KeyError, SafetensorError) as error:
        raise InputError(
            f"{name}: no translation model could be loaded from there ({first_line(error)}); give a folder or a name "
            "on the Hugging Face hub of a model such as Helsinki-NLP/opus-mt-{source}-{target}"
        ) from error
    if loaded["missing_keys"]:
        shown = ", ".join(sorted(loaded["missing_keys"])[:3])
        raise InputError(f"{name}: weights are missing from its files, such as {shown}; download the model again")
    return network.float().eval().to(best_device()), tokenizer


def _told(tokenizer: Any, direction: Direction, *, name: str) -> tuple[dict[str, int], str]:
    """Return how a model is told the languages: settings of its search, and what stands before each text."""
    source, target = direction.model_codes
    if hasattr(tokenizer, "src_lang"):
        _language_number(tokenizer, source, name=name)  # only to check it
        tokenizer.src_lang = source
        return {"forced_bos_token_id": _language_number(tokenizer, target, name=name)}, ""
    symbols = sorted(word for word in tokenizer.get_vocab() if word.startswith(">>") and word.endswith("<<"))
    if not symbols:
        return {}, ""  # a model of one pair of languages
    if f">>{target}<<" not in symbols:
        shown = ", ".join(symbols[:10])
        raise InputError(f"{name}: it does not know {target} but {shown}; give its name under translation.codes")
    return {}, f">>{target}<< "


def _language_number(tokenizer: Any, code: str, *, name: str) -> int:
    """Return the number of a language's symbol in the model's vocabulary."""
    known = {*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}
    symbol = next((symbol for symbol in (code, f"__{code}__") if symbol in known), None)  # the second in M2M100
    if symbol is not None:
        return int(tokenizer.convert_tokens_to_ids(symbol))
    shown = ", ".join(sorted(word for word in known if "_" in word)[:10]) or "none"
    raise InputError(f"{name}: it does not know the language {code} but {shown}; give its name under translation.codes")
