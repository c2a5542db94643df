"""A wrapper for estimators with scikit-learn's methods; needs no scikit-learn.

``model = CapturedEstimator(joblib.load("churn.joblib"), recorder)``, and then as always.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from driftline.capture.recorder import Recorder
from driftline.errors import ConfigError


class CapturedEstimator:
    """The estimator in every respect, but each call of one of its methods is timed and its rows and answers are recorded.

    Features have the columns' names, or those that the estimator was fitted with, or the recorder's ``feature_names``.
    What the method raises goes on its way, recorded with every row. A thing to serve with: load, wrap, never store.
    """

    def __init__(self, estimator: Any, recorder: Recorder, *, method: str = "predict") -> None:  # noqa: ANN401 - it has no type
        """``method`` is the one that is recorded: ``predict``, ``predict_proba``, … ConfigError if there is none of that name."""
        if not callable(getattr(estimator, method, None)):
            raise ConfigError(f"method must be one of {type(estimator).__name__}'s, got {method!r}")
        self._estimator = estimator
        self._recorder = recorder
        self._method = method

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it is of the estimator's
        if name.startswith("__") or "_estimator" not in self.__dict__:
            raise AttributeError(name)
        found = getattr(self._estimator, name)
        return self._recorded if name == self._method else found

    def _recorded(self, rows: Any, *more: Any, **options: Any) -> Any:  # noqa: ANN401 - as of the estimator
        began = perf_counter()
        try:
            answers = getattr(self._estimator, self._method)(rows, *more, **options)
        except BaseException as error:
            self._recorder.log_batch(self._named(rows), latency=perf_counter() - began, error=error)
            raise
        self._recorder.log_batch(self._named(rows), self._by_class(answers), latency=perf_counter() - began)
        return answers

    def _named(self, rows: Any) -> Any:  # noqa: ANN401 - a table
        """An array as columns, under the names that the estimator knows."""
        names = getattr(self._estimator, "feature_names_in_", None)
        if names is None or getattr(rows, "ndim", 0) != 2 or hasattr(rows, "columns") or rows.shape[1] != len(names):  # noqa: PLR2004 - axes
            return rows
        return {str(name): rows[:, place] for place, name in enumerate(names)}

    def _by_class(self, answers: Any) -> Any:  # noqa: ANN401 - an array
        """Probabilities under the names of their classes."""
        classes = getattr(self._estimator, "classes_", None)
        if self._method != "predict_proba" or classes is None or getattr(answers, "ndim", 0) != 2:  # noqa: PLR2004 - axes
            return answers
        return {str(name): answers[:, place] for place, name in enumerate(classes)}
