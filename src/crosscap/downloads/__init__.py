"""What the published data sets, dictionaries, vectors and weights are fetched with, once the user asks for them."""
