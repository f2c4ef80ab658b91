"""The published systems as recipes: what differs between the papers, at a glance.

A recipe says how captions and images are encoded, how a batch is drawn, and which weighted terms make up the loss;
numbers are settings. Sources: Gella et al. (2017), "Image Pivoting for Learning Multilingual Multimodal
Representations" (Pivot, Parallel); Mohammadshahi et al. (2019), "Aligning Multilingual Word Embeddings for Cross-Modal
Retrieval Task" (Mono, FME, AME); Wehrmann et al. (2019), "Language-Agnostic Visual-Semantic Embeddings" (CLMR, LIWE);
Wang et al. (2024), "CL2CM: Improving Cross-Lingual Cross-Modal Retrieval via Cross-Lingual Knowledge Transfer";
Aggarwal and Kale (2020), "Towards Zero-shot Cross-lingual Image Retrieval".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LossName = Literal["ranking", "contrastive", "word_alignment", "distillation", "tightening"]
Between = Literal["images_captions", "images_hub", "captions_captions", "hub_captions"]


@dataclass(frozen=True)
class Term:
    """A part of a system's loss, summed over the pairs that it is taken `between`.

    between: `images_captions` images with the captions of each language; `images_hub` images with the hub's captions
    only; `captions_captions` captions of an image in every two languages; `hub_captions` in the hub and each other one.
    """

    loss: LossName
    between: Between
    weight: float = 1.0

    @property
    def summed(self) -> bool:
        """Tell whether the loss is a sum over the batch, as in the codes of the VSE family, and not a mean."""
        return self.loss in ("ranking", "tightening")

    @property
    def name(self) -> str:
        """Return the term's name in settings and histories, such as ``ranking_images_hub``."""
        return f"{self.loss}_{self.between}"


RANKING = Term("ranking", "images_captions")  # the one loss of the VSE family


@dataclass(frozen=True)
class System:
    """What makes a system.

    fidelity: it follows the paper's text, its code, or is a reconstruction; note: what is uncertain or deviates.
    text: a caption is read as `words`, `characters` of words, what a `transformer` reads, or a frozen feature of the
    whole sentence (`sentences`).
    encoders: all languages share one text encoder, or each has its own.
    vectors: word vectors are `tuned` from pretrained ones, stay `frozen`, or start from `scratch` (a table a language;
    one for all: `scratch_shared`); `none` where captions are not read as words.
    aligned: pretrained vectors are first carried into the hub's space. maps: `learned` ones carry each language's tuned
    vectors and are updated by RCSLS while the model is trained.
    recurrence: the text encoder's GRU reads `forward`, in `both` directions, or there is `none`.
    images: a `linear` layer over one feature, or each of several `regions`.
    teacher: captions are also embedded apart from images, and what is learned there is distilled.
    batches: `captions`, one a row; or tuples of an image's captions in all languages, `shuffled_tuples` or, of equal
    positions (translations of each other), `aligned_tuples`.
    trained_on: `one` language, the `hub` alone, or `all` of the experiment's languages.
    """

    paper: str
    fidelity: Literal["paper", "code", "reconstruction"]
    vectors: Literal["tuned", "frozen", "scratch", "scratch_shared", "none"]
    text: Literal["words", "characters", "transformer", "sentences"] = "words"
    encoders: Literal["shared", "per_language"] = "shared"
    aligned: bool = False
    maps: Literal["none", "learned"] = "none"
    recurrence: Literal["forward", "both", "none"] = "forward"
    images: Literal["linear", "regions"] = "linear"
    teacher: bool = False
    batches: Literal["captions", "shuffled_tuples", "aligned_tuples"] = "captions"
    terms: tuple[Term, ...] = (RANKING,)
    hinge: Literal["sum", "max", "schedule"] = "sum"
    negatives: Literal["mixed", "same_language"] = "same_language"
    machine_captions: Literal["never", "only"] = "never"
    trained_on: Literal["one", "hub", "all"] = "all"
    note: str = ""

    def uses(self, loss: LossName) -> bool:
        """Tell whether some term is of this kind."""
        return any(term.loss == loss for term in self.terms)


GELLA = "Gella et al. 2017"
AME = "Mohammadshahi et al. 2019"
LAVSE = "Wehrmann et al. 2019"
CL2CM = "Wang et al. 2024"
AGGARWAL = "Aggarwal and Kale 2020"

GELLA_NOTE = "the loss is the paper's; sizes, rates and batches are those of its ancestors, order embeddings and VSE"
AME_NOTE = "negatives are of all languages, as in the code"
LAVSE_NOTE = "the GRU never sees padding, unlike the code's; caption pairs come from the image batch, not one apart"

SYSTEMS: dict[str, System] = {
    # a text encoder a language, from scratch; the image is the pivot between them
    "pivot": System(
        paper=GELLA,
        fidelity="reconstruction",
        note=GELLA_NOTE,
        encoders="per_language",
        vectors="scratch",
        batches="shuffled_tuples",
    ),
    # as Pivot, and the captions of an image in two languages are ranked against each other too
    "parallel": System(
        paper=GELLA,
        fidelity="reconstruction",
        note=GELLA_NOTE,
        encoders="per_language",
        vectors="scratch",
        batches="shuffled_tuples",
        terms=(RANKING, Term("ranking", "captions_captions")),
    ),
    # one language a model, its own tuned vectors
    "mono": System(paper=AME, fidelity="paper", vectors="tuned", negatives="mixed", trained_on="one"),
    # all languages share an encoder over aligned vectors that never change
    "fme": System(paper=AME, fidelity="paper", note=AME_NOTE, vectors="frozen", aligned=True, negatives="mixed"),
    # as FME, but the vectors are tuned for retrieval while RCSLS keeps the languages together
    "ame": System(
        paper=AME,
        fidelity="paper",
        note=f"{AME_NOTE}; RCSLS moves the maps only, as in the code; its interval and rate are not readable in print",
        vectors="tuned",
        aligned=True,
        maps="learned",
        negatives="mixed",
    ),
    # words of all languages in one table; images meet the hub's captions only, which the others are tied to
    "clmr": System(
        paper=LAVSE,
        fidelity="code",
        note=LAVSE_NOTE,
        vectors="scratch_shared",
        recurrence="both",
        images="regions",
        batches="aligned_tuples",
        terms=(Term("ranking", "images_hub"), Term("ranking", "hub_captions")),
        hinge="schedule",
    ),
    # as CLMR, but words are read letter by letter: a further language costs almost no parameters
    "liwe": System(
        paper=LAVSE,
        fidelity="code",
        note=LAVSE_NOTE,
        text="characters",
        vectors="none",
        recurrence="both",
        images="regions",
        batches="aligned_tuples",
        terms=(Term("ranking", "images_hub"), Term("ranking", "hub_captions")),
        hinge="schedule",
    ),
    # a student over images learns from a teacher over captions, whose other languages are machine translations
    "cl2cm": System(
        paper=CL2CM,
        fidelity="reconstruction",
        note="rebuilt from the abstract and sibling systems: losses, weights and sizes are not the authors'; teacher "
        "and student share one text encoder, which without `pretrained` is a small one over aligned word vectors",
        text="transformer",
        vectors="tuned",
        aligned=True,
        recurrence="none",
        teacher=True,
        batches="aligned_tuples",
        terms=(
            Term("contrastive", "images_captions"),
            Term("contrastive", "hub_captions"),
            Term("word_alignment", "hub_captions", weight=0.1),
            Term("distillation", "hub_captions"),
        ),
        machine_captions="only",
    ),
    # trained in the hub's language over frozen multilingual sentence features, searched in any
    "zero-shot": System(
        paper=AGGARWAL,
        fidelity="reconstruction",
        note="the form of the cluster-tightening loss and the sizes of the heads are not known",
        text="sentences",
        vectors="none",
        recurrence="none",
        terms=(Term("tightening", "images_captions"),),
        trained_on="hub",
    ),
    # its ablation: the same encoders under the plain loss of the hardest negatives
    "zero-shot-ranking": System(
        paper=AGGARWAL,
        fidelity="reconstruction",
        note="the baseline of the cluster-tightening loss; the sizes of the heads are not known",
        text="sentences",
        vectors="none",
        recurrence="none",
        hinge="max",
        trained_on="hub",
    ),
}
