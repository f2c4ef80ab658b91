"""Train one language's word vectors on its training captions and extra text."""

from pathlib import Path

from crosscap import jobs
from crosscap.files import as_paths
from crosscap.notes import write_note
from crosscap.tables import read_table, write_table
from crosscap.text import vectors as library
from crosscap.text.origins import without_translations
from crosscap.text.tokens import tokenize
from crosscap.text.vocabulary import coverage_report


def train_vectors(
    tokens: Path,
    vocabulary: Path,
    extra_text: list[Path],
    vectors: Path,
    coverage: Path,
    *,
    language: str,
    tokenizer: str,
    lowercase: bool,
    **settings: int,
) -> None:
    """Read the tables `tokens` and `vocabulary` and texts; write the table `vectors` and what it covers."""
    words = read_table(vocabulary, name="vocabulary", columns=["index", "word"])
    captions = without_translations(read_table(tokens, name="tokens"), training=True)
    text = list(captions.loc[captions["split"] == "train", "tokens"])
    sentences = list(library.read_sentences(extra_text))
    text += tokenize(sentences, language=language, tokenizer=tokenizer, lowercase=lowercase)
    matrix, known = library.train_vectors(text, list(words["word"]), **settings)
    write_table(words.assign(known=known), vectors, name="vectors", matrix=matrix)
    write_note(coverage, coverage_report(captions, list(words["word"]), known=known))


if __name__ == "__main__":
    with jobs.running(snakemake):
        train_vectors(
            **as_paths((name, snakemake.input[name]) for name in ("tokens", "vocabulary", "extra_text")),
            **as_paths(snakemake.output.items()),
            language=snakemake.wildcards.language,
            **snakemake.params.settings,
        )
