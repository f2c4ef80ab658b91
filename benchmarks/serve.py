"""The search server under 64 clients at once: 31,000 images, as many as Multi30K has, and two sizes of AME.

The sizes are the demo's (128 dimensions) and the paper's (1,024). Embeddings are drawn and the model, with words of its
own in three languages, is untrained: what a query costs does not depend on what was learnt. The server is
`crosscap serve` in a process of its own; each client asks again as soon as it has its answer, always something else.
Errors, times and the growth of the server's memory are those of the last 5,000 queries of 6,000.

    PYTHONPATH=src python benchmarks/serve.py
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import torch
from measuring import Figure, Found, run

from crosscap.models.architecture import Architecture
from crosscap.models.joint import seeded_model
from crosscap.models.store import Symbols, save_model
from crosscap.search.embedded import index_embedded
from crosscap.search.model import Texts
from crosscap.text.vocabulary import SPECIALS

IMAGES = 31_000
SIZES = {128: 100, 1024: 300}  # dimensions of the joint space and of the words
LANGUAGES, WORDS, QUERY_WORDS = ("en", "de", "fr"), 10_000, 8
CLIENTS, WARMING, QUERIES = 64, 1_000, 5_000


@dataclass(frozen=True)
class Served:
    """How a server answered, and what that cost it."""

    errors: int
    late_ms: float  # 95th percentile of the time to an answer
    answers_a_second: float
    processor_ms: float  # an answer
    grown_mb: float


def make_model(folder: Path, dimensions: int) -> None:
    """Write an untrained AME."""
    architecture = Architecture(
        system="ame",
        similarity="order",
        languages=LANGUAGES,
        hub="en",
        maps="hub",
        feature_dimension=2048,
        text_dimension=SIZES[dimensions],
        joint_dimension=dimensions,
        order_power=0,
        absolute=True,
    )
    words = {code: [*SPECIALS, *(f"{code}{number}" for number in range(WORDS))] for code in LANGUAGES}
    generator = torch.Generator().manual_seed(1)
    vectors = [torch.randn(len(some), SIZES[dimensions], generator=generator) for some in words.values()]
    model = seeded_model(architecture, vectors, dropout=0.0, generator_seed=1)
    facts = {"experiment": "drawn", "seed": 1, "tokens": {"tokenizer": "auto", "lowercase": "true"}}
    save_model(model, folder, symbols=Symbols(words=words), facts=facts)


def make_index(folder: Path, dimensions: int) -> Path:
    """Write an index of drawn embeddings."""
    make_model(folder / "model", dimensions)
    matrix = np.abs(np.random.default_rng(1).standard_normal((IMAGES, dimensions), dtype=np.float32))
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    names = [f"{number:05d}.jpg" for number in range(IMAGES)]
    images = pd.DataFrame({"image_id": names, "path": names, "sha256": "0" * 64, "width": 1, "height": 1})
    items = pd.DataFrame({"item_id": names, "image_id": names, "kind": "image", "language": ""})
    captions = pd.DataFrame(columns=["caption_id", "image_id", "language", "position", "text", "origin"])
    index_embedded(
        folder / "model",
        (items, matrix),
        folder / "index",
        images=images,
        captions=captions,
        photos=None,
        texts=Texts(),
        network={},
    )
    return folder / "index"


async def ask(port: int, queries: list[str]) -> list[tuple[bool, float]]:
    """Ask query after query over one connection; return whether each was answered, and in how many seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = []
    for query in queries:
        start = time.perf_counter()
        path = f"/api/search?{urlencode({'q': query, 'lang': query[:2], 'k': 20})}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(re.findall(rb"content-length: (\d+)", head)[0]))
        told.append((head.startswith(b"HTTP/1.1 200") and body.count(b'"score"') == 20, time.perf_counter() - start))
    writer.close()
    return told


def ask_all(port: int, count: int, seed: int) -> list[tuple[bool, float]]:
    """Ask drawn queries from all clients at once; they share a thread, so as to leave the server the cores."""

    async def clients() -> list[list[tuple[bool, float]]]:
        return await asyncio.gather(*(ask(port, queries) for queries in draw_queries(count, seed)))

    return [one for some in asyncio.run(clients()) for one in some]


def draw_queries(count: int, seed: int) -> list[list[str]]:
    """Return queries of words of a language each, shared out to the clients."""
    generator = np.random.default_rng(seed)
    drawn = [
        " ".join(f"{LANGUAGES[place % 3]}{number}" for number in generator.integers(WORDS, size=QUERY_WORDS))
        for place in range(count)
    ]
    return [drawn[client::CLIENTS] for client in range(CLIENTS)]


def memory(process: int) -> float:
    """Return the memory that is a process's own, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(re.findall(r"RssAnon:\s+(\d+) kB", status)[0]) / 1000


def processor_seconds(process: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serve_and_ask(index: Path) -> Served:
    """Serve an index, and ask."""
    command = [sys.executable, "-m", "crosscap.cli", "serve", str(index), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(re.findall(r":(\d+)/", server.stdout.readline())[0])
            ask_all(port, WARMING, seed=1)
            before, spent, start = memory(server.pid), processor_seconds(server.pid), time.perf_counter()
            told = ask_all(port, QUERIES, seed=2)
            seconds, grown = time.perf_counter() - start, memory(server.pid) - before
            spent = processor_seconds(server.pid) - spent
        finally:
            server.terminate()
    return Served(
        errors=sum(not answered for answered, _ in told),
        late_ms=1000 * float(np.percentile([taken for _, taken in told], 95)),
        answers_a_second=len(told) / seconds,
        processor_ms=1000 * spent / len(told),
        grown_mb=grown,
    )


def measure() -> Found:
    """Ask servers of both sizes."""
    figures = []
    for dimensions in SIZES:
        with tempfile.TemporaryDirectory() as place:
            served = serve_and_ask(make_index(Path(place), dimensions))
        path = f"server, {CLIENTS} clients, {IMAGES:,} images of {dimensions:,}"
        rate = f"{served.answers_a_second:.0f} answers/s, {served.processor_ms:.1f} ms of processor each"
        figures += [
            Figure(f"{path}, p95", "a quarter of a second", served.late_ms, "ms", 250, "at most", rate),
            Figure(path, f"{QUERIES:,} queries", served.errors, "errors", 0, "at most"),
            Figure(path, f"its memory before {QUERIES:,} queries", served.grown_mb, "MB more", 50, "at most"),
        ]
    return Found(figures)


if __name__ == "__main__":
    run(measure, __doc__)
