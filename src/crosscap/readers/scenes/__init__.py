"""Generated scenes: drawn pictures with captions in several languages, for runs without any data set at hand."""

from crosscap.readers.scenes.generate import generate_scenes

__all__ = ["generate_scenes"]
