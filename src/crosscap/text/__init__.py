"""Words: tokens, vocabularies, vectors, lexicons and the alignment of languages."""
