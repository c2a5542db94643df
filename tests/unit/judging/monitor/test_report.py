"""``constraint_violations.json``: laid out as Model Monitor does, read from what anybody made of it."""

import pytest

from driftline.contracts.violation import SageMakerLine
from driftline.errors import ContractError
from driftline.judging.monitor.report import FILES, read_violations, violations_file

LINE = SageMakerLine(
    feature_name='a "b"\n',
    constraint_check_type="completeness_check",
    description="Value: 0.0 does not meet the constraint requirement! ",
)


def test_the_layout_is_model_monitors() -> None:
    assert violations_file([LINE, LINE]).decode() == (
        '{\n  "violations" : [ {\n'
        '    "feature_name" : "a \\"b\\"\\n",\n'
        '    "constraint_check_type" : "completeness_check",\n'
        '    "description" : "Value: 0.0 does not meet the constraint requirement! "\n'
        "  }, {\n"
        '    "feature_name" : "a \\"b\\"\\n",\n'
        '    "constraint_check_type" : "completeness_check",\n'
        '    "description" : "Value: 0.0 does not meet the constraint requirement! "\n'
        "  } ]\n}"
    )


def test_no_violations_are_a_file_as_well() -> None:
    assert violations_file([]) == b'{\n  "violations" : [ ]\n}'
    assert read_violations(violations_file([])) == ()


def test_what_was_written_is_read_again_with_a_mark_or_with_more_keys() -> None:
    data = violations_file([LINE])
    assert read_violations(data) == (LINE,)
    assert read_violations(b"\xef\xbb\xbf" + data) == (LINE,)
    more = data.replace(b'"feature_name"', b'"facet" : null, "feature_name"').replace(b'{\n  "v', b'{"version":0.0, "v')
    assert read_violations(more) == (LINE,)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"violations": null}', b'{"violations": [{}]}', b'{"features": []}', b'{"violations"', b"\xff\xfe{"],
)
def test_what_is_no_such_file_is_refused_with_what_was_expected(data: bytes) -> None:
    with pytest.raises(ContractError, match=r"reports/x must be .*constraint_check_type.* got something else"):
        read_violations(data, "reports/x")


def test_both_names_of_the_documentation_are_known() -> None:
    assert FILES == ("constraint_violations.json", "constraints_violations.json")
