"""The encoders: an image's feature and a caption into one joint space.

Each text encoder takes captions as `inputs` [C, T, ...], whose meaning is its own, with `lengths` [C] and `languages`
[C] on the CPU, and returns embeddings [C, E] of length 1; what stands behind a caption's length never enters.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from crosscap.devices import moved
from crosscap.models.characters import CharacterWords
from crosscap.models.recurrence import final_state
from crosscap.models.widening import unit, widened
from crosscap.models.words import WordTable


class ImageEncoder(nn.Module):
    """A linear layer over the L2-normalised feature of a frozen network, L2-normalised (methods of the VSE family)."""

    def __init__(self, feature_dimension: int, joint_dimension: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.project = nn.Linear(feature_dimension, joint_dimension)
        nn.init.xavier_uniform_(self.project.weight)
        nn.init.zeros_(self.project.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Embed features.

        Shapes:
            features [N, F] -> [N, E], rows of length 1
        """
        return unit(self.project(self.dropout(functional.normalize(features, dim=1))))


class Perceptron(nn.Module):
    """Two layers over an L2-normalised frozen feature, of an image or a sentence (Aggarwal and Kale 2020)."""

    def __init__(self, feature_dimension: int, joint_dimension: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(feature_dimension, joint_dimension),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(joint_dimension, joint_dimension),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Embed features [N, F] -> [N, E], rows of length 1."""
        return unit(self.layers(functional.normalize(features, dim=1)))


class SentenceEncoder(nn.Module):
    """Frozen features of whole sentences through a perceptron: `inputs` are the features, [C, 1, S]."""

    def __init__(self, sentence_dimension: int, joint_dimension: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.head = Perceptron(sentence_dimension, joint_dimension, dropout=dropout)

    def forward(self, inputs: Tensor, lengths: Tensor, languages: Tensor) -> Tensor:
        """Embed sentences: [C, 1, S] -> [C, E]."""
        return self.head(inputs.squeeze(1))


class WordEncoder(nn.Module):
    """GRUs over word vectors, one for all languages or one each; `inputs` are rows of the word table, [C, T]."""

    def __init__(
        self, table: WordTable, joint_dimension: int, *, recurrences: int, bidirectional: bool, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.table = table
        self.dropout = nn.Dropout(dropout)
        self.recurrences = nn.ModuleList(
            nn.GRU(table.dimension, joint_dimension, batch_first=True, bidirectional=bidirectional)
            for _ in range(recurrences)
        )

    def forward(self, inputs: Tensor, lengths: Tensor, languages: Tensor) -> Tensor:
        """Embed captions by the GRU's last state: ids [C, T] -> [C, E]."""
        vectors = self.dropout(self.table(inputs, languages))  # [C, T, D]
        if len(self.recurrences) == 1:
            return unit(final_state(self._recurrence(0), vectors, lengths))
        states = vectors.new_empty(len(vectors), self._recurrence(0).hidden_size)
        for language in range(len(self.recurrences)):
            rows = (languages == language).nonzero().squeeze(1)
            if len(rows):
                places = moved(rows, vectors.device)
                read = final_state(self._recurrence(language), vectors[places], lengths[rows])
                states = states.index_copy(0, places, read)
        return unit(states)

    def _recurrence(self, number: int) -> nn.GRU:
        """Return a GRU of the list with its type."""
        recurrence = self.recurrences[number]
        assert isinstance(recurrence, nn.GRU)
        return recurrence


class CharacterEncoder(nn.Module):
    """A bidirectional GRU over words that are read letter by letter (LIWE); `inputs` are characters [C, T, K]."""

    def __init__(self, characters: int, joint_dimension: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.words = CharacterWords(characters)
        self.dropout = nn.Dropout(dropout)
        self.recurrence = nn.GRU(self.words.dimension, joint_dimension, batch_first=True, bidirectional=True)

    def forward(self, inputs: Tensor, lengths: Tensor, languages: Tensor) -> Tensor:
        """Embed captions: characters [C, T, K] -> [C, E]."""
        count, longest = inputs.shape[:2]
        said = (torch.arange(longest) < lengths[:, None]).flatten().nonzero().squeeze(1)  # [S] of C T
        places = moved(said, inputs.device)
        words = self.words(inputs.flatten(0, 1)[places])  # [S, D]: padding stays out of the statistics
        vectors = words.new_zeros(count * longest, self.words.dimension).index_copy(0, places, words)
        vectors = self.dropout(vectors.unflatten(0, (count, longest)))  # [C, T, D]
        return unit(final_state(self.recurrence, vectors, lengths))


class Lesson(NamedTuple):
    """What the transformer encoder makes of captions in training: for images, for the teacher, and word by word."""

    student: Tensor  # [C, E]
    teacher: Tensor  # [C, E]
    words: Tensor  # [C, T, E], rows of length 1


class TransformerEncoder(nn.Module):
    """A transformer with a head for the comparison with images, and a teacher's heads for captions among themselves.

    The body is a small transformer over the word table or a pretrained one over subwords; it returns token states
    [C, T, W]. A reconstruction of CL2CM (Wang et al. 2024): teacher and student share the body.
    """

    def __init__(self, body: nn.Module, width: int, joint_dimension: int, *, table: WordTable | None = None) -> None:
        super().__init__()
        self.body, self.table = body, table
        self.student = nn.Linear(width, joint_dimension)
        self.teacher = nn.Linear(width, joint_dimension)
        self.words = nn.Linear(width, joint_dimension)

    def forward(self, inputs: Tensor, lengths: Tensor, languages: Tensor) -> Tensor:
        """Embed captions: ids [C, T] -> [C, E]."""
        return unit(self.student(mean_states(self._states(inputs, lengths, languages), lengths)))

    def teach(self, inputs: Tensor, lengths: Tensor, languages: Tensor) -> Lesson:
        """Embed captions for the student and for the teacher: ids [C, T]."""
        states = self._states(inputs, lengths, languages)
        pooled = mean_states(states, lengths)
        return Lesson(
            student=unit(self.student(pooled)),
            teacher=unit(self.teacher(pooled)),
            words=unit(self.words(states)),
        )

    def _states(self, inputs: Tensor, lengths: Tensor, languages: Tensor) -> Tensor:
        """Return the token states [C, T, W]."""
        read = inputs if self.table is None else self.table(inputs, languages)
        return widened(self.body(read, moved(lengths, inputs.device)))


def mean_states(states: Tensor, lengths: Tensor) -> Tensor:
    """Return the mean state of each caption's tokens: [C, T, W] -> [C, W]; lengths beyond T count as T."""
    steps = torch.arange(states.shape[1], device=states.device)
    said = (steps < moved(lengths, states.device)[:, None])[:, :, None]  # [C, T, 1]
    return (states * said).sum(dim=1) / said.sum(dim=1)


TextEncoder = WordEncoder | CharacterEncoder | SentenceEncoder | TransformerEncoder


def word_table(encoder: nn.Module) -> WordTable | None:
    """Return the word vectors of a text encoder, None where it reads no words."""
    return getattr(encoder, "table", None)
