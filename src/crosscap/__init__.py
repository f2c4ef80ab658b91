"""Crosscap: multilingual image-caption embeddings, trained and measured.

The layers, lowest first; a module imports from lower layers only (a test checks it):

1. `faults`, `files`, `notes`, `folders`, `schemas`, `seals`, `parquet`, `tables`, `logs`, `sources`, `manifests`,
   `jobs`, `attempts`, `journal`, `tracking_uri`, `tracking_store`, `tracking_runs`, `tracking`, `devices`,
   `strict_yaml`, `terminal`, `torchvision_import`, `compiled`: what all stand on.
2. `readers`: a data set on disk to tables. `text`: tokens, vocabulary, vectors, lexicon, alignment.
   `downloads`: what is fetched on request.
3. `vision`: image features. `models`: encoders, similarity, losses, systems. `evaluation`: ranks, metrics, tests.
4. `training`: batches, loop, checkpoints. `report`: result tables, figures, the page.
5. `search`: the index of a collection of photos and what answers from it, on the page too.
   `languages`: those added to a finished model.
6. `settings`, `experiments`, `consistency`, `experiment_consistency`, `text_consistency`, `contradictions`: the checked
   settings that the workflow runs on. `doctor`: all inputs checked before any work.
   `registry`, `served`: finished runs as MLflow's models.
   `cli`, `commands`, `planning`, `verification`: what is not a stage of the workflow.
"""

import os

__version__ = "0.1.0"

# Activations of images are tens of megabytes, new ones at each layer. In pages of 4 kB, the kernel takes up to a third
# of the time to give them out. PyTorch reads this at its import, and asks for pages of 2 MB where Linux has them.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
