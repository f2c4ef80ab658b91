"""What is measured at a validation."""

import subprocess
import sys
from pathlib import Path

import pytest

from crosscap.training.validation import measure_retrieval

MEASURING = """
import numpy as np, torch
torch.set_num_threads(1)
torch.get_num_threads()  # as any operation would, has OpenMP take over the number
from crosscap.evaluation.ranking import mutual_ranks
vectors = np.random.default_rng(0).normal(size=(300, 64)).astype(np.float32)
mutual_ranks(vectors, vectors, groups_a=np.arange(300), groups_b=np.arange(300), similarity="order")
print(torch.get_num_threads(), torch.__config__.parallel_info().count("omp_get_max_threads() : 1"))
"""


def test_measuring_leaves_pytorchs_threads_alone():
    # numba over OpenMP sets the threads of the whole process: training then computes other bits, slowly
    source = str(Path(__file__).parents[2] / "src")
    command = [sys.executable, "-c", MEASURING]
    run = subprocess.run(command, env={"PYTHONPATH": source}, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["1", "1"]


def test_recalls_are_of_the_models_scores(make_trainer):
    trainer = make_trainer()
    found = {(m.language, m.metric): m.value for m in measure_retrieval(trainer.model, trainer.validation)}
    captions, images = trainer.validation, trainer.model.embed_images(trainer.validation.features)
    for number, language in enumerate(("en", "de")):
        rows = (captions.languages == number).nonzero().squeeze(1)
        embedded = trainer.model.embed_captions(*captions.texts(rows))
        scores = trainer.model.similarity(embedded, images).detach()  # [captions, images]
        own = scores.gather(1, captions.image_rows[rows, None])
        better = (scores >= own - 1e-6).sum(dim=1) - 1
        assert found[language, "R@1_t2i"] == pytest.approx(100 * float((better < 1).float().mean()))
    sums = [value for (language, metric), value in found.items() if metric == "rsum" and language != "all"]
    assert found["all", "rsum"] == pytest.approx(sum(sums))
