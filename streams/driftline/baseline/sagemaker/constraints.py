"""From ``constraints.json`` to rules: every spelling that real files and the documentation have, overrides resolved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from driftline.baseline.faults import Fault
from driftline.baseline.kinds import Kind
from driftline.baseline.sagemaker.document import decoded
from driftline.baseline.sagemaker.fields import ConstraintsFile, DistributionSettings, Settings, text
from driftline.baseline.sagemaker.rules import FeatureRules, MonitoringConfig, MonitorRules
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driftline.baseline.sagemaker.document import SageMakerDocument
    from driftline.baseline.sagemaker.fields import FeatureConstraints

_SHOWN: Final = 20
_SWITCH: Final[Mapping[str, bool]] = {"enabled": True, "disabled": False, "true": True, "false": False}
_COMPARISON: Final[Mapping[str, str]] = {
    "simple": "Simple",
    "robust": "Robust",
    "linf_simple": "Simple",
    "linf_robust": "Robust",
}
_CATEGORICAL: Final[Mapping[str, str]] = {
    "linfinity": "LInfinity",
    "l_infinity": "LInfinity",
    "chisquared": "ChiSquared",
    "chi_squared": "ChiSquared",
}
#: Types as files name them. Model Monitor has no booleans: it takes their words for text.
KINDS: Final[Mapping[str, Kind]] = {
    "integral": Kind.INTEGRAL,
    "fractional": Kind.FRACTIONAL,
    "string": Kind.STRING,
    "boolean": Kind.STRING,
    "unknown": Kind.UNKNOWN,
}


def read_rules(document: SageMakerDocument) -> MonitorRules:
    """The rules of a constraints file, in its order.

    Raises BaselineError that names every fault with its place: no features, one twice, an unknown type, method or switch, a
    threshold or completeness that is no such number.
    """
    if document.odd:
        raise BaselineError(
            f"{document.name}: expected numbers, got {document.odd} times NaN or Infinity: write the limit that is meant"
        )
    _require(document)
    file: ConstraintsFile = decoded(document, document.text, ConstraintsFile)
    reader = _Reader()
    rules = reader.rules(file)
    if reader.faults:
        more = [f"… and {len(reader.faults) - _SHOWN} more"] if len(reader.faults) > _SHOWN else []
        raise BaselineError("\n".join([f"{document.name}: {fault}" for fault in reader.faults[:_SHOWN]] + more))
    return rules


def _require(document: SageMakerDocument) -> None:
    """Say what the file is if it is another."""
    kind = document.kind
    if kind not in {"", "constraints"}:
        swapped = ": are the two files swapped?" if kind == "statistics" else ""
        raise BaselineError(
            f"{document.name}: expected constraints of Model Monitor's data quality, got {kind}{swapped}"
        )
    if "features" not in document.parts():
        raise BaselineError(f'{document.name}: expected constraints with "features", got none')


def _base(settings: Settings) -> MonitoringConfig:
    """The defaults of a whole file: the threshold of categories is that of numbers, where only this one is named."""
    drift = settings.distribution_constraints
    limit = None if drift is None else drift.comparison_threshold
    usable = isinstance(limit, (int, float)) and limit >= 0.0
    return MonitoringConfig(categorical_threshold=float(limit)) if usable and limit is not None else MonitoringConfig()


class _Reader:
    """Turns fields into rules and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def rules(self, file: ConstraintsFile) -> MonitorRules:
        settings = file.monitoring_config or Settings()
        config = self._config("$.monitoring_config", _base(settings), settings)
        seen: set[str] = set()
        features = []
        for index, feature in enumerate(file.features):
            path = f"$.features[{index}]"
            if feature.name in seen:
                self.faults.append(Fault(f"{path}.name", "each feature once", f"{feature.name!r} again"))
            seen.add(feature.name)
            features.append(self._feature(f"{path} ({feature.name})", feature, config))
        if not features:
            self.faults.append(Fault("$.features", "at least one feature", "none"))
        return MonitorRules(config, tuple(features))

    def _feature(self, path: str, feature: FeatureConstraints, config: MonitoringConfig) -> FeatureRules:
        for own in feature.settings:
            config = self._config(f"{path}.monitoringConfigOverrides", config, own)
        numbers, texts = feature.num_constraints, feature.string_constraints
        domains = None if texts is None else texts.domains
        return FeatureRules(
            name=feature.name,
            inferred_type=self._word(f"{path}.inferred_type", feature.inferred_type, KINDS, Kind.UNKNOWN),
            completeness=self._number(f"{path}.completeness", feature.completeness, None, 1.0),
            non_negative=None if numbers is None else numbers.is_non_negative,
            domains=None if domains is None else tuple(dict.fromkeys(text(v) for v in domains if v is not None)),
            config=config,
        )

    def _config(self, path: str, base: MonitoringConfig, own: Settings) -> MonitoringConfig:
        """``base`` with what ``own`` says differently."""
        drift, inner = own.distribution_constraints or DistributionSettings(), f"{path}.distribution_constraints"
        domain = own.domain_content_threshold
        compare = drift.perform_comparison if drift.enable_comparisons is None else drift.enable_comparisons
        return MonitoringConfig(
            evaluate=self._switch(f"{path}.evaluate_constraints", own.evaluate_constraints, base.evaluate),
            emit_metrics=self._switch(f"{path}.emit_metrics", own.emit_metrics, base.emit_metrics),
            datatype_threshold=self._limit(
                f"{path}.datatype_check_threshold", own.datatype_check_threshold, base.datatype_threshold, 1.0
            ),
            domain_threshold=self._limit(
                f"{path}.domain_content_threshold",
                drift.min_domain_mass if domain is None else domain,
                base.domain_threshold,
                1.0,
            ),
            perform_comparison=self._switch(f"{inner}.perform_comparison", compare, base.perform_comparison),
            comparison_threshold=self._limit(
                f"{inner}.comparison_threshold", drift.comparison_threshold, base.comparison_threshold, math.inf
            ),
            comparison_method=self._word(
                f"{inner}.comparison_method", drift.comparison_method, _COMPARISON, base.comparison_method
            ),
            categorical_threshold=self._limit(
                f"{inner}.categorical_comparison_threshold",
                drift.categorical_comparison_threshold,
                base.categorical_threshold,
                math.inf,
            ),
            categorical_method=self._word(
                f"{inner}.categorical_drift_method",
                drift.categorical_drift_method,
                _CATEGORICAL,
                base.categorical_method,
            ),
        )

    def _switch(self, path: str, value: bool | str | None, base: bool) -> bool:  # noqa: FBT001 - the value in force
        if value is None or isinstance(value, bool):
            return base if value is None else value
        if value.lower() not in _SWITCH:
            self.faults.append(Fault(path, "Enabled or Disabled", repr(value)))
        return _SWITCH.get(value.lower(), base)

    def _limit(self, path: str, value: object, base: float, most: float) -> float:
        found = self._number(path, value, base, most)
        return base if found is None else found

    def _number(self, path: str, value: object, base: float | None, most: float) -> float | None:
        """A number from 0 to ``most``; ``base`` for one that is not there."""
        if value is None:
            return base
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value <= most:
            expected = "a number from 0" if math.isinf(most) else f"a number from 0 to {most:g}"
            self.faults.append(Fault(path, expected, msgspec.json.encode(value).decode()))
            return base
        return float(value)

    def _word(self, path: str, value: str | None, known: Mapping[str, Any], base: Any) -> Any:  # noqa: ANN401
        """What one of the known words means, whatever its case."""
        if value is None:
            return base
        if value.lower() not in known:
            expected = " or ".join(dict.fromkeys(str(cast("object", meant)) for meant in known.values()))
            self.faults.append(Fault(path, expected, repr(value)))
        return known.get(value.lower(), base)
