"""Search: a trained model over a collection of photos, asked in any language that the model knows.

`answers` says what a question gets; `index` makes and extends the memory-mapped folder that is searched; `searcher`
answers from it.
"""
