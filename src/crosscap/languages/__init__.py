"""Languages added to a finished model: no images, no captions, no training.

`words` carries word vectors into the space of the model's hub words and measures them; `addition` writes the new model;
`retrieval` measures it on captions, where there are any; `card` says what was added; `codes` lists
the codes that languages may have.
"""
