"""Pretrained transformers from Hugging Face, and captions as their subwords.

The libraries are an extra that only these models need, so they are imported where they are used. What a model is made
of is kept as text (its configuration and its tokenizer), from which it is made again without the hub.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from crosscap.faults import InputError
from crosscap.models.libraries import load_library

LONGEST = 77  # subwords of a caption, as many as CLIP reads


class PretrainedBody(nn.Module):
    """A pretrained transformer over subwords, without the layer for whole sentences that some have on top."""

    def __init__(self, transformer: Any, configuration: str) -> None:
        """Take a model of the `transformers` library, and what `blank_body` makes it again from."""
        super().__init__()
        self.configuration = configuration
        self.transformer = transformer
        if hasattr(transformer, "pooler"):
            transformer.pooler = None  # it would never learn: captions are the mean of their subwords

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the states of each caption's subwords, zero behind its last one.

        Shapes:
            ids [C, T], lengths [C] -> [C, T, W]
        """
        said = torch.arange(ids.shape[1], device=ids.device) < lengths.to(ids.device)[:, None]  # [C, T]
        states = self.transformer(input_ids=ids.long(), attention_mask=said.long()).last_hidden_state
        return states.masked_fill(~said[:, :, None], 0.0)


class Pretrained(NamedTuple):
    """A pretrained transformer, and the text of the tokenizer.json that makes its subwords."""

    body: PretrainedBody
    tokenizer: str


def load_pretrained(name: str) -> Pretrained:
    """Load an encoder and its tokenizer from a folder, or by its name on the Hugging Face hub.

    Raises:
        InputError: the library is missing, there is no such model, it is no encoder, or its tokenizer does not fit.
    """
    library = load_library("transformers")
    try:
        transformer, report = library.AutoModel.from_pretrained(name, output_loading_info=True)
        tokenizer = library.AutoTokenizer.from_pretrained(name, use_fast=True)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError(
            f"{name}: no model could be loaded from there ({reason}); give the name of a text encoder on the Hugging "
            "Face hub, or a folder with config.json, model.safetensors and tokenizer.json"
        ) from error
    _check_weights(report["missing_keys"], name=name)
    _check_encoder(transformer, tokenizer, name=name)
    body = PretrainedBody(transformer.float(), _configuration(transformer))
    return Pretrained(body, _tokenizer_text(transformer, tokenizer))


def blank_body(configuration: str) -> PretrainedBody:
    """Make a transformer of a configuration's shape, whose weights are still to be loaded.

    Raises:
        InputError: the library is missing.
    """
    library = load_library("transformers")
    fields = json.loads(configuration)
    shape = library.AutoConfig.for_model(fields.pop("model_type"), **fields)
    return PretrainedBody(library.AutoModel.from_config(shape).float(), configuration)


def subword_ids(texts: Iterable[str], tokenizer: str) -> list[np.ndarray]:
    """Split captions into subwords, with the symbols that the model wants around them.

    Captions are cut to `LONGEST` subwords and to what the model has positions for; the symbols at the end are kept.

    Shapes:
        each array: [T] int32.

    Raises:
        InputError: the library is missing.
    """
    return [np.array(split.ids, dtype=np.int32) for split in _splitter(tokenizer).encode_batch(list(texts))]


@lru_cache(maxsize=4)  # to make one takes longer than to split a query
def _splitter(tokenizer: str) -> Any:
    """Return what splits captions into at most `LONGEST` subwords."""
    splitter = load_library("tokenizers").Tokenizer.from_str(tokenizer)
    limit = splitter.truncation["max_length"] if splitter.truncation else LONGEST
    splitter.enable_truncation(min(LONGEST, limit))
    splitter.no_padding()
    return splitter


def _check_weights(missing: Iterable[str], *, name: str) -> None:
    """Raise where the library made weights up that were not in the files; those on top are not used."""
    made_up = sorted(key for key in missing if "pooler" not in key.split("."))
    if made_up:
        raise InputError(
            f"{name}: {len(made_up)} of the model's weights are not in its files, first: {made_up[0]}; "
            "the files belong to another kind of model than config.json says, download them again"
        )


def _check_encoder(transformer: Any, tokenizer: Any, *, name: str) -> None:
    """Raise unless a model is an encoder of subwords that its tokenizer can make."""
    if transformer.config.is_encoder_decoder:
        raise InputError(f"{name}: this model is an encoder with a decoder; give an encoder alone, such as BERT")
    if getattr(tokenizer, "backend_tokenizer", None) is None:
        raise InputError(f"{name}: the tokenizer has no tokenizer.json; save it again with its fast version")
    if len(tokenizer) > transformer.config.vocab_size:
        raise InputError(
            f"{name}: the tokenizer has {len(tokenizer):,} subwords, the model {transformer.config.vocab_size:,}; "
            "give a model and a tokenizer that belong together"
        )


def _configuration(transformer: Any) -> str:
    """Return a model's configuration as JSON: under `hidden_size` always its width, and not where it came from."""
    fields = json.loads(transformer.config.to_json_string(use_diff=False))
    fields = {key: value for key, value in fields.items() if key not in ("_name_or_path", "dtype", "torch_dtype")}
    return json.dumps(fields | {"hidden_size": transformer.config.hidden_size}, sort_keys=True)


def _tokenizer_text(transformer: Any, tokenizer: Any) -> str:
    """Return the tokenizer.json, in which captions are cut to the positions that the model has."""
    splitter = tokenizer.backend_tokenizer
    positions = getattr(transformer.config, "max_position_embeddings", LONGEST)
    splitter.enable_truncation(min(LONGEST, tokenizer.model_max_length, positions))
    return splitter.to_str()
