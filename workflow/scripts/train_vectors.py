"""Train one language's word vectors on its training captions and extra text."""

from itertools import chain
from pathlib import Path

from crosscap import logs
from crosscap.files import write_json
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
    sentences = list(library.read_sentences(extra_text))
    extra = tokenize(sentences, language=language, tokenizer=tokenizer, lowercase=lowercase)
    text = chain(captions.loc[captions["split"] == "train", "tokens"], extra)
    matrix, known = library.train_vectors(text, list(words["word"]), **settings)
    write_table(words.assign(known=known), vectors, name="vectors", matrix=matrix)
    write_json(coverage, coverage_report(captions, list(words["word"]), known=known))


if __name__ == "__main__":
    with logs.to_file(snakemake.log[0]):
        train_vectors(
            tokens=Path(snakemake.input.tokens),
            vocabulary=Path(snakemake.input.vocabulary),
            extra_text=[Path(path) for path in snakemake.input.get("extra_text", [])],
            vectors=Path(snakemake.output.vectors),
            coverage=Path(snakemake.output.coverage),
            language=snakemake.wildcards.language,
            **snakemake.params.settings,
        )
