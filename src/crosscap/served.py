"""The model that MLflow serves: a text and its language in, images out.

MLflow copies this file beside an index and runs it there ("models from code"), so nothing is pickled. It is what
`crosscap.registry` registers; nothing imports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from crosscap.faults import InputError

if TYPE_CHECKING:
    from crosscap.search.searcher import Searcher


class SearchModel(PythonModel):
    """Answers from the index among its artifacts."""

    searcher: Searcher

    def load_context(self, context: PythonModelContext) -> None:
        """Open the index."""
        from crosscap import search

        self.searcher = search.open(context.artifacts["index"])

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Return a row a text: its language, and the ids and scores of the images found, best first.

        `model_input` has a column text, and perhaps one language, in which an empty value has the language guessed;
        `params` may hold k, the number of images.
        """
        count = int((params or {})["k"])
        languages = model_input["language"].fillna("") if "language" in model_input else [""] * len(model_input)
        try:
            answers = [
                self.searcher.search(text, language or None, k=count)
                for text, language in zip(model_input["text"], languages, strict=True)
            ]
        except InputError as error:  # told to who asks, without a traceback
            raise MlflowException(str(error), error_code=INVALID_PARAMETER_VALUE) from error
        return pd.DataFrame(
            {
                "language": [answer.language for answer in answers],
                "ids": [[hit.image_id for hit in answer.hits] for answer in answers],
                "scores": [[hit.score for hit in answer.hits] for answer in answers],
            }
        )


set_model(SearchModel())
