"""``driftline hooks``: scripts and programs of one's own, tried by hand before a worker runs them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from driftline.cli.common import AsJson, Exit, console, errors, examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from driftline.hooks.container import ContainerResult
    from driftline.hooks.wire import Answer

app = typer.Typer(help="Try Model Monitor's scripts, and programs under its container contract.", no_args_is_help=True)

Script = Annotated[Path, typer.Argument(help="Python file.", metavar="SCRIPT")]
Input = Annotated[Path, typer.Option("--input", "-i", help="Captures, one JSON object a line.")]
Records = Annotated[int, typer.Option("--records", "-n", min=1, help="Records to try, from the first on.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Folder that stands for /opt/ml/processing/output.")
]
Limit = Annotated[float, typer.Option("--time-limit", min=0.001, help="Seconds that it may take.")]
Memory = Annotated[int, typer.Option("--memory-mb", min=0, help="Memory that it may take, MiB; 0: any.")]
Start = Annotated[str, typer.Option("--start", help="First time of the run: RFC 3339, or from now (-PT1H).")]
End = Annotated[str, typer.Option("--end", help="Time before which it ends, likewise.")]
Endpoint = Annotated[str, typer.Option("--endpoint", help="Name of the endpoint.")]
Schedule = Annotated[str, typer.Option("--schedule", help="Name of the schedule.")]
Reports = Annotated[Path, typer.Option("--output", "-o", help="Folder of the reports: output_path.")]
Source = Annotated[Path | None, typer.Option("--source", help="Folder of the data: dataset_source.")]
Constraints = Annotated[Path | None, typer.Option("--constraints", help="constraints.json of the baseline.")]
Statistics = Annotated[Path | None, typer.Option("--statistics", help="statistics.json of the baseline.")]

MARK = {0: "after   ", 1: "left out", 2: "refused "}


@app.command(
    name="try",
    epilog=examples(
        ("driftline hooks try preprocess.py --input captures.jsonl", "before and after, for the first five records"),
        ("driftline hooks try preprocess.py -i captures.jsonl -n 1000 --json", "one document a record, for programs"),
    ),
)
def try_script(
    script: Script,
    records: Input,
    count: Records = 5,
    output: Output = None,
    time_limit: Limit = 10.0,
    memory_mb: Memory = 1024,
    as_json: AsJson = False,
) -> None:
    """Run preprocess_handler on the first captures of a file, and show each before and after.

    It runs as a worker would run it: in a process of its own, within the limits. Exit code 3 when a record was refused.
    """
    from driftline.hooks.contract import preprocess_environment, standing_folders
    from driftline.hooks.pool import ScriptPool
    from driftline.hooks.process import Script as ScriptFile
    from driftline.hooks.script import PREPROCESS
    from driftline.hooks.wire import REFUSED

    with errors():
        values = list(_lines(records, count))
        environment = preprocess_environment(script.stem, script)
        pool = ScriptPool(
            ScriptFile(script, PREPROCESS, time_limit, memory_mb << 20, environment, standing_folders(output))
        )
        try:
            pool.start()
            answers = pool.run(values)
        finally:
            pool.close()
    for number, (value, answer) in enumerate(zip(values, answers, strict=True), 1):
        _tell(number, value, answer, as_json=as_json)
    if any(answer.kind == REFUSED for answer in answers):
        raise typer.Exit(Exit.FAILED)


@app.command(
    epilog=examples(
        (
            "driftline hooks postprocess notify.py --output reports/churn/1/1h/2026/11/21/0700",
            "over a window's reports",
        ),
    )
)
def postprocess(  # noqa: PLR0917  (options, not arguments)
    script: Script,
    output: Reports,
    start: Start = "-PT1H",
    end: End = "-PT0H",
    endpoint: Endpoint = "",
    schedule: Schedule = "",
    time_limit: Limit = 60.0,
    memory_mb: Memory = 1024,
    as_json: AsJson = False,
) -> None:
    """Run postprocess_handler once over a folder of reports, with Model Monitor's variables. Exit code 3 when it fails."""
    from driftline.hooks.contract import RunContract
    from driftline.hooks.postprocess import run_postprocess
    from driftline.hooks.process import HookDiedError

    with errors():
        contract = RunContract(endpoint, schedule, *_span(start, end), output)
        try:
            run_postprocess(script, contract, seconds=time_limit, memory=memory_mb << 20)
        except HookDiedError as error:
            typer.echo(error.trace, err=True)
            raise
    typer.echo(json.dumps({"script": str(script), "output": str(output)}) if as_json else f"{script} ran over {output}")


@app.command(
    epilog=examples(
        (
            "driftline hooks container --source captures --output out --constraints constraints.json -- python analyze.py",
            "what follows -- is the program",
        ),
    )
)
def container(  # noqa: PLR0917  (options, not arguments)
    program: Annotated[list[str], typer.Argument(help="The program and its arguments, after --.", metavar="PROGRAM")],
    output: Reports,
    source: Source = None,
    constraints: Constraints = None,
    statistics: Statistics = None,
    start: Start = "-PT1H",
    end: End = "-PT0H",
    endpoint: Endpoint = "",
    schedule: Schedule = "",
    time_limit: Limit = 3600.0,
    as_json: AsJson = False,
) -> None:
    """Run a program of one's own under Model Monitor's container contract, and read back what it left.

    No container is made: its variables name the folders. Exit code 1 when it found violations, 3 when it failed.
    """
    from driftline.hooks.container import run_container
    from driftline.hooks.contract import RunContract

    with errors():
        contract = RunContract(
            endpoint, schedule, *_span(start, end), output, source, constraints=constraints, statistics=statistics
        )
        result = run_container(program, contract, seconds=time_limit)
    _tell_result(result, as_json=as_json)
    if result.status == "Failed":
        raise typer.Exit(Exit.FAILED)
    if result.violations:
        raise typer.Exit(Exit.VIOLATIONS)


def _lines(path: Path, count: int) -> Iterator[bytes]:
    """The first records of a file. Raises ConfigError when there are none."""
    from driftline.errors import ConfigError

    try:
        with path.open("rb") as file:
            found = [
                line.rstrip(b"\r\n")
                for line, _ in zip((one for one in file if one.strip()), range(count), strict=False)
            ]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if not found:
        raise ConfigError(f"{path}: must hold captures, one JSON object a line; it is empty")
    yield from found


def _span(start: str, end: str) -> tuple[int, int]:
    from driftline.analysis.moments import moment

    now = time.time_ns() // 1_000_000
    return moment(start, now, "--start"), moment(end, now, "--end")


def _tell(number: int, value: bytes, answer: Answer, *, as_json: bool) -> None:
    after = _sides(answer.value) if answer.value else {}
    if as_json:
        result = {0: "transformed", 1: "dropped", 2: "refused"}[answer.kind]
        told = {"record": number, "result": result, "rows": _rows(after), "error": answer.error, "trace": answer.trace}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    screen = console()
    screen.print(f"record {number}", style="bold", highlight=False)
    for name, side in _sides(value).items():
        data = str(side.get("data")).rstrip("\n")
        screen.print(f"  before    {name} {side.get('encoding')}: {data}", soft_wrap=True, highlight=False)
    for line in [answer.error, *answer.trace.splitlines()] if answer.error else _told(after) or [""]:
        screen.print(f"  {MARK[answer.kind]}  {line}".rstrip(), soft_wrap=True, highlight=False)


def _sides(value: bytes) -> dict[str, dict[str, Any]]:
    """The sides of a capture, as far as it can be read."""
    try:
        capture = json.loads(value).get("captureData")
    except (ValueError, AttributeError):
        return {"no capture:": {"encoding": "bytes", "data": value.decode("utf-8", "replace")}}
    sides = capture.items() if isinstance(capture, dict) else ()
    return {name: side for name, side in sides if isinstance(side, dict)}


def _told(sides: dict[str, dict[str, Any]]) -> list[str]:
    return [line for side in sides.values() for line in str(side.get("data", "")).splitlines()]


def _rows(sides: dict[str, dict[str, Any]]) -> list[Any]:
    """Rows that a script has made; of a capture that it gave back, the text."""
    made = [side for side in sides.values() if side.get("encoding") == "ROWS"]
    return [json.loads(line) for side in made for line in side["data"].split("\n")] if made else _told(sides)


def _tell_result(result: ContainerResult, *, as_json: bool) -> None:
    from msgspec import to_builtins

    if as_json:
        told = {"status": result.status, **to_builtins(result)}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    screen = console()
    screen.print(f"{result.status}: {result.message}" if result.message else result.status, highlight=False)
    for entry in result.violations:
        name = entry.feature_name or entry.metric_name
        screen.print(f"  {name}  {entry.constraint_check_type}  {entry.description}", soft_wrap=True, highlight=False)
    screen.print(f"{len(result.violations)} violations, {len(result.metrics)} metrics", highlight=False)
    if result.status == "Failed":
        screen.print(result.printed, soft_wrap=True, highlight=False)
