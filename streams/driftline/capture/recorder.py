"""What a model server calls: one line per answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from time import time_ns
from typing import Any, Final, Self

from driftline.capture import limits
from driftline.capture.entries import Batch, Row, Subject
from driftline.capture.parts import sample_key
from driftline.capture.pipe import Pipe
from driftline.capture.sampling import ALL, is_kept, threshold
from driftline.capture.settings import is_off, pipe_settings, sample_rate
from driftline.capture.tables import copied, length
from driftline.errors import ConfigError

_UNCHANGING: Final = frozenset({float, int, str, bool, type(None)})
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Recorder:
    """Records what one version of a model saw and answered.

    Making one raises ConfigError for arguments that cannot be used, at the start of the server; afterwards nothing is ever
    raised, and nothing waited for, but in :meth:`flush` and :meth:`close`. It connects with the first row. Rows are sent
    by a thread of their own; in a forked child by the child's. Use one for the life of the process, from any thread.
    """

    def __init__(  # noqa: PLR0913 - each has a default that most servers keep
        self,
        model: str,
        version: str = "",
        *,
        bootstrap: str | None = None,
        topic: str | None = None,
        client: Mapping[str, Any] | None = None,
        sample: float | None = None,
        feature_names: Sequence[str] = (),
        leave_out: Collection[str] = (),
        queue_rows: int = 10_000,
        exit_seconds: float = 5.0,
        pipe: Pipe | None = None,
    ) -> None:
        """``bootstrap``, ``topic``, ``client`` (librdkafka's settings) and ``sample`` (share of entities, 0 to 1) come from the
        environment where they are None, see `driftline.capture.settings`. ``feature_names`` are for rows that are arrays;
        ``leave_out`` are features that never leave the process. ``queue_rows`` may wait; at the end of the process
        ``exit_seconds`` are spent on them. ``pipe`` is one to share, see :meth:`for_model`.
        """
        rate = sample_rate(sample)
        self._rate = rate
        self._below = threshold(rate)
        self._subject = Subject(
            _name("model", model, least=1),
            _name("version", version),
            tuple(feature_names),
            frozenset(leave_out),
            1 / rate if 0 < rate < 1 else None,
        )
        settings = pipe_settings(
            bootstrap=bootstrap, topic=topic, client=client, queue_rows=queue_rows, exit_seconds=exit_seconds
        )
        self._pipe = pipe or Pipe(settings)
        self._is_on = not is_off()

    def for_model(self, model: str, version: str = "", *, feature_names: Sequence[str] = ()) -> Recorder:
        """A recorder for another model or version of the same process, with the same queue, thread and connection."""
        return Recorder(
            model,
            version,
            sample=self._rate,
            feature_names=feature_names or self._subject.names,
            leave_out=self._subject.leave_out,
            pipe=self._pipe,
        )

    def log(  # noqa: PLR0913 - as many as a row has parts
        self,
        features: Any,  # noqa: ANN401 - a mapping, a Series, a pydantic model, a dataclass, or values for feature_names
        prediction: Any = None,  # noqa: ANN401 - a value, a vector, a map of class to value, or an array of one row
        *,
        latency: float | None = None,
        error: BaseException | bool | str | None = None,
        status: int | str | None = None,
        entity: str | int | None = None,
        segment: Mapping[str, Any] | None = None,
        event_id: str | None = None,
        time: datetime | int | float | str | None = None,  # noqa: PYI041 - ms may have a fraction
    ) -> str | None:
        """Record one row; its event id, for labels that come later (None when switched off). 2 to 4 us, never raises.

        ``latency`` is in seconds, ``status`` an HTTP code or a gRPC status; of an exception only the type is kept.
        ``entity`` is whom the row is about, by which sampling goes. ``time`` is a datetime with a zone, milliseconds or
        RFC 3339; without it, now. Values that cannot be used are left out and counted.
        """
        if not self._is_on:
            return None
        pipe = self._pipe
        try:
            called = time_ns() // 1_000_000
            name = pipe.ids.new(called) if event_id is None else event_id
            if self._below < ALL and not is_kept(sample_key(entity, name), self._below):
                pipe.count("logged")
                pipe.count("sampled_out")
                return name
            kept = features.copy() if type(features) is dict else _copy(features)
            answer = prediction if type(prediction) in _UNCHANGING else _copy(prediction)
            pipe.put(Row(self._subject, called, name, kept, answer, latency, status, error, entity, segment, time))
        except Exception:  # noqa: BLE001 - whatever it is, the model must not know
            pipe.count("logged")
            pipe.count("errors")
            return None
        return name

    def log_batch(  # noqa: PLR0913 - as many as a row has parts
        self,
        features: Any,  # noqa: ANN401 - a frame, a table, a 2-D array, a mapping of columns, or a sequence of rows
        predictions: Any = None,  # noqa: ANN401 - a column, a 2-D array, a frame, or a sequence of maps
        *,
        latency: float | None = None,
        error: BaseException | bool | str | None = None,
        status: int | str | None = None,
        entities: Sequence[Any] | None = None,
        segments: Sequence[Any] | None = None,
        event_ids: Sequence[Any] | None = None,
        times: Sequence[Any] | None = None,
    ) -> bool:
        """Record many rows of one call; whether they were taken. Costs the copy of the data, never raises.

        Frames of pandas and polars, tables of pyarrow, arrays of numpy. Each row becomes a record of its own; ``latency``
        is that of the call and goes with its first row, ``status`` and ``error`` with each.
        """
        if not self._is_on:
            return False
        pipe = self._pipe
        try:
            columns = {"event_ids": event_ids, "entities": entities, "segments": segments, "times": times}
            number = length(features)
            for name, column in ({"predictions": predictions} | columns).items():
                if column is not None and (found := _length(column)) != number:
                    return self._refuse_batch(number, f"{name} must have {number} rows, got {found}")
            given = [None if column is None else copied(column) for column in (predictions, *columns.values())]
            called = time_ns() // 1_000_000
            return pipe.put_batch(
                Batch(
                    self._subject, called, number, self._below, copied(features), given[0], latency, status, error,
                    *given[1:],
                )
            )  # fmt: skip
        except Exception as error_of_ours:  # noqa: BLE001 - whatever it is, the model must not know
            return self._refuse_batch(1, error_of_ours)

    def counters(self) -> dict[str, int]:
        """What became of the rows of this process, see `driftline.capture.reporter.COUNTERS`; of all that share its pipe."""
        return self._pipe.counters()

    def flush(self, seconds: float = 10.0) -> bool:
        """Wait until everything handed over is delivered or lost; False if that took longer."""
        return self._pipe.flush(seconds)

    def close(self, seconds: float | None = None) -> None:
        """Send what is left, for at most ``exit_seconds`` or so long; later rows are dropped. The process's end does so, too."""
        self._pipe.close(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _refuse_batch(self, number: int, why: object) -> bool:
        self._pipe.count("logged", number)
        self._pipe.count("refused", number)
        self._pipe.trouble("refused", why)
        return False


def _copy(value: Any) -> Any:  # noqa: ANN401 - anything
    """A copy of what can be copied: dicts, lists, arrays, frames. The rest is as unchanging as its owner keeps it."""
    copy = getattr(value, "copy", None)
    return value if copy is None or isinstance(value, type) else copy()


def _length(column: Any) -> int:  # noqa: ANN401 - anything
    try:
        return length(column)
    except Exception:  # noqa: BLE001 - no table: a column
        return len(column)


def _name(what: str, value: object, least: int = 0) -> str:
    if not isinstance(value, str) or not least <= len(value) <= limits.LABEL or _CONTROL.search(value):
        wanted = f"a text of {least} to {limits.LABEL} characters without control characters"
        raise ConfigError(f"{what} must be {wanted}, got {str(value)[:60]!r}")
    return value
