"""Photos into a model's joint space: through the network that the model's features were made with, then the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import torch

from crosscap.devices import best_device
from crosscap.faults import InputError
from crosscap.models.joint import JointModel
from crosscap.readers.photos import hash_photos
from crosscap.search.answers import QuestionError
from crosscap.search.network import Network
from crosscap.search.once import Once
from crosscap.training.embed import IMAGES_AT_ONCE
from crosscap.vision.backbones import Backbone, load_backbone
from crosscap.vision.features import run_backbone

PHOTOS_AT_ONCE = 16  # through the network


class PhotoEncoder:
    """Embeds photos with a model; the network is loaded when it is first used."""

    def __init__(self, model: JointModel, network: Network) -> None:
        """Take a model, and the network of its features."""
        self.model = model
        self.network = network
        self._loaded = Once(self._load)

    def identified(self) -> Network:
        """Return the network with the sha256 of its weights: of those loaded, where the model does not say it."""
        if self.network.weights_sha256:
            return self.network
        return replace(self.network, weights_sha256=self._loaded().weights_sha256)

    def embed(self, photos: pd.DataFrame, folder: Path) -> np.ndarray:
        """Embed photos, rows of the table items below a folder: [n, E].

        Raises:
            InputError: a photo cannot be read, or the network does not make what the model reads.
        """
        network = self.network
        features, _ = run_backbone(
            photos,
            self._loaded(),
            folder=folder,
            named=(network.backbone, network.weights),
            crops=network.crops,
            resize=network.resize,
            crop=network.crop,
            batch_size=PHOTOS_AT_ONCE,
            device=best_device(),
        )
        return embed_features(self.model, features)

    def embed_one(self, image: Path | bytes) -> np.ndarray:
        """Embed one photo, of a file or as its bytes: [E].

        Raises:
            InputError: it cannot be read (QuestionError where it was given as bytes), or the network cannot be had.
        """
        if isinstance(image, Path):
            if not image.is_file():
                raise InputError(f"{image}: {'a folder; give a photo' if image.is_dir() else 'no such file'}")
            return self.embed(_row(image), image.parent)[0]
        with TemporaryDirectory() as folder:
            path = Path(folder) / "photo"
            path.write_bytes(image)
            self._loaded()  # the network's faults are none of the photo's
            try:
                return self.embed(_row(path), path.parent)[0]
            except InputError as error:
                raise QuestionError(str(error)) from error

    def _load(self) -> Backbone:
        """Load the network, and check that it is the one that the model was trained with."""
        weights, expected = self.network.weights, self.network.weights_sha256
        if expected and weights.endswith(".safetensors") and not Path(weights).is_file():
            raise InputError(
                f"{weights}: no such file; the model or its index was made with a file of weights (sha256 "
                f"{expected[:12]}) whose place is not known; give it to crosscap index with --weights"
            )
        loaded = load_backbone(self.network.backbone, weights=weights)
        if expected and loaded.weights_sha256 != expected:
            raise InputError(
                f"{weights}: not the weights of {self.network.backbone} that the model was trained with "
                f"or its index made (sha256 {loaded.weights_sha256[:12]} instead of {expected[:12]}); give those, "
                "with --weights where they are another file"
            )
        regions, width = self.model.architecture.regions, self.model.architecture.feature_dimension
        if loaded.width != width or regions != 1:
            remedy = (
                "give the network of its training with --backbone"
                if regions == 1
                else "a model over several regions cannot index photos"
            )
            raise InputError(
                f"{self.network.backbone} makes features of {loaded.width} numbers, the model reads "
                f"{regions} x {width}; {remedy}"
            )
        return loaded


@torch.inference_mode()
def embed_features(model: JointModel, features: np.ndarray) -> np.ndarray:
    """Embed features of images [n, R F] -> [n, E]."""
    device = next(model.parameters()).device
    blocks = torch.from_numpy(np.ascontiguousarray(features)).split(IMAGES_AT_ONCE)
    return np.concatenate([model.embed_images(block.to(device)).cpu().numpy() for block in blocks])


def _row(path: Path) -> pd.DataFrame:
    """Return a photo as a row of the table items."""
    return pd.DataFrame({"image_id": [path.name], "path": [path.name], "sha256": hash_photos([path.name], path.parent)})
