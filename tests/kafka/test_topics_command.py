from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from driftline.broker.admin import Admin
from driftline.broker.plans import own_plans
from driftline.cli.main import app
from driftline.contracts.topics import TOPICS


def run(*arguments: str) -> tuple[int, list[str], str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout.splitlines(), result.stderr


def test_topics_are_made_as_the_table_says_and_then_checked(
    bootstrap: str, admin: Admin, unique: str, tmp_path: Path
) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text(f'[driftline]\ntopic_prefix = "{unique}"\n[kafka]\nbootstrap = "{bootstrap}"\n')
    own = sorted(spec.full_name(unique) for spec in TOPICS if spec.owned)
    captures = f"{unique}captures"

    code, out, _ = run("topics", "check", "-c", str(path))
    assert (code, sorted(out)) == (3, sorted(f"topic {name} does not exist" for name in [*own, captures]))

    code, out, _ = run("topics", "check", "-c", str(path), "--json")
    assert (code, {"fault": f"topic {captures} does not exist"} in map(json.loads, out)) == (3, True)
    assert run("topics", "create", "-c", str(path)) == (0, [f"created {name}" for name in own], "")
    assert run("topics", "create", "-c", str(path), "--captures", "4") == (0, [f"created {captures}"], "")
    assert run("topics", "create", "-c", str(path)) == (0, [f"all {len(own)} topics exist already"], "")
    assert admin.partitions()[captures] == 4

    assert run("topics", "create", "-c", str(path), "--json") == (0, [], "")
    assert run("topics", "check", "-c", str(path), "--json") == (0, [], "")
    assert run("topics", "check", "-c", str(path)) == (0, [f"all {len(own) + 1} topics are as they should be"], "")
    for spec in TOPICS:
        if spec.owned:
            name = spec.full_name(unique)
            in_force = admin.settings_of([name])[name]
            assert {key: in_force[key] for key in spec.config} == spec.config
    planned = {plan.name: plan.partitions for plan in own_plans(unique, 1)}
    there = admin.partitions()
    assert {name: there[name] for name in planned} == planned
    assert planned[f"{unique}partials"] == 2, "the log and one payload partition"
