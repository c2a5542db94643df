"""Cells over Arrow arrays: texts to be guessed at (CSV), and values of a declared type (Parquet, frames)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from driftline.baseline.cells import (
    BOOLEANS,
    EMPTY,
    FRACTIONAL,
    INTEGRAL,
    ObjectCells,
    Sorted,
    whole_count,
)
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from driftline.baseline.cells import Cells


def pyarrow() -> Any:  # noqa: ANN401 - pyarrow has no types
    """The pyarrow module with ``compute``, or a BaselineError that says how to get it."""
    try:
        import pyarrow as pa
        import pyarrow.compute
    except ImportError as error:
        message = "reading CSV, Parquet and frames needs pyarrow: pip install 'driftline[baseline]'"
        raise BaselineError(message) from error
    return pa


def cells_of(array: Any) -> Cells:  # noqa: ANN401
    """Cells of an Arrow array of any type."""
    pa = pyarrow()
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.cast(kind.value_type)
        kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return StringCells(array.cast(pa.string()) if pa.types.is_string_view(kind) else array)
    if pa.types.is_boolean(kind):
        return BooleanCells(array)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return NumberCells(array)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return StringCells(array.cast(pa.string()), times=True)
    return ObjectCells(array.to_pylist())


class TextCells:
    """Cells of texts that may mean anything (CSV): typed value by value as Deequ does, at 0.1 µs a different value.

    The empty text and the words of ``na`` are missing. The words of R and numpy (NA, NaN, null …) are texts here, and the
    column decides: they are missing where everything else is numbers or booleans.
    """

    is_typed = False

    def __init__(self, array: Any, na: frozenset[str]) -> None:  # noqa: ANN401
        encoded = array.dictionary_encode()
        self._words = encoded.dictionary
        self._rows = len(array)
        indices = encoded.indices
        self._nulls = indices.null_count
        codes = indices.drop_null() if self._nulls else indices
        self._codes: NDArray[np.int32] = codes.to_numpy()
        self._na = na

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        return np.bincount(self._codes, minlength=len(self._words)).astype(np.int64)

    @cached_property
    def _missing(self) -> NDArray[np.bool_]:
        pa = pyarrow()
        words = pa.array(sorted({"", *self._na}), type=self._words.type)
        return _flags(pa.compute.is_in(self._words, words))

    @cached_property
    def _numeric(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        compute = pyarrow().compute
        integral = _flags(compute.match_substring_regex(self._words, INTEGRAL)) & ~self._missing
        fraction = _flags(compute.match_substring_regex(self._words, FRACTIONAL)) & ~self._missing
        return integral, integral | fraction

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        """A number for each different text that is one (else NaN)."""
        pa = pyarrow()
        values = np.full(len(self._words), np.nan)
        mask = self._numeric[1]
        if mask.any():
            texts = self._words.filter(pa.array(mask))
            texts = pa.compute.replace_substring(texts, " ", "")
            texts = pa.compute.replace_substring_regex(texts, r"^\+", "")
            values[mask] = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return values

    def numbers(self) -> NDArray[np.float64]:
        """The finite numbers."""
        values = self._values[self._codes]
        return values[np.isfinite(values)]

    def sort(self) -> Sorted:
        """The values by type."""
        numbers, booleans = self.numbers(), sum(self.booleans())
        integral, numeric = self._numeric
        rest = ~numeric & ~self._missing
        words = self._words.filter(pyarrow().array(rest)).to_pylist()
        texts = {w: c for w, c in zip(words, self._counts[rest].tolist(), strict=True) if w not in BOOLEANS}
        return Sorted(
            missing=self._nulls + int(self._counts[self._missing].sum()),
            numbers=numbers,
            integral=int(self._counts[integral & np.isfinite(self._values)].sum()),
            whole=whole_count(numbers),
            booleans=booleans,
            texts=texts,
            odd=int(self._counts[numeric].sum()) - numbers.size,
        )

    def booleans(self) -> tuple[int, int]:
        """How many are false, and true."""
        counts = {False: 0, True: 0}
        for text, value in BOOLEANS.items():
            index = self._words.index(text).as_py()
            counts[value] += int(self._counts[index]) if index >= 0 and not self._missing[index] else 0
        return counts[False], counts[True]

    def texts(self) -> Mapping[str, int]:
        """All that is present, as it is written."""
        kept = ~self._missing
        words = self._words.filter(pyarrow().array(kept)).to_pylist()
        return dict(zip(words, self._counts[kept].tolist(), strict=True))


class StringCells:
    """Cells of declared texts (or of dates and times, written in ISO 8601): a null is missing, the empty text is a text."""

    is_typed = True

    def __init__(self, array: Any, *, times: bool = False) -> None:  # noqa: ANN401
        self._array = array
        self._times = times

    def sort(self) -> Sorted:
        """The values by type."""
        texts = self.texts()
        present = len(self._array) - self._array.null_count
        return Sorted(missing=self._array.null_count, texts=texts, times=present if self._times else 0)

    def numbers(self) -> NDArray[np.float64]:
        """None."""
        return EMPTY

    def booleans(self) -> tuple[int, int]:
        """None."""
        return 0, 0

    def texts(self) -> Mapping[str, int]:
        """The texts with their counts."""
        counted = self._array.drop_null().value_counts()
        return dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))


class BooleanCells:
    """Cells of declared booleans."""

    is_typed = True

    def __init__(self, array: Any) -> None:  # noqa: ANN401
        self._array = array

    def sort(self) -> Sorted:
        """The values by type."""
        return Sorted(missing=self._array.null_count, booleans=len(self._array) - self._array.null_count)

    def numbers(self) -> NDArray[np.float64]:
        """None."""
        return EMPTY

    def booleans(self) -> tuple[int, int]:
        """How many are false, and true."""
        true = int(self._array.true_count)
        return len(self._array) - self._array.null_count - true, true

    def texts(self) -> Mapping[str, int]:
        """None."""
        return {}


class NumberCells:
    """Cells of declared numbers: a null or NaN is missing, an infinity odd."""

    is_typed = True

    def __init__(self, array: Any) -> None:  # noqa: ANN401
        pa = pyarrow()
        self._integer = pa.types.is_integer(array.type)
        self._rows = len(array)
        present = array.drop_null() if array.null_count else array
        self._values: NDArray[np.float64] = present.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)

    def sort(self) -> Sorted:
        """The values by type."""
        numbers = self.numbers()
        missing = self._rows - self._values.size + int(np.isnan(self._values).sum())
        return Sorted(
            missing=missing,
            numbers=numbers,
            integral=numbers.size if self._integer else 0,
            whole=whole_count(numbers),
            odd=self._rows - missing - numbers.size,
        )

    def numbers(self) -> NDArray[np.float64]:
        """The finite numbers."""
        finite = np.isfinite(self._values)
        return self._values if finite.all() else self._values[finite]

    def booleans(self) -> tuple[int, int]:
        """None."""
        return 0, 0

    def texts(self) -> Mapping[str, int]:
        """None."""
        return {}


def _flags(array: Any) -> NDArray[np.bool_]:  # noqa: ANN401
    flags: NDArray[np.bool_] = array.to_numpy(zero_copy_only=False).astype(np.bool_)
    return flags
