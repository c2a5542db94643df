"""Nothing in the package can turn data into code: no pickle, no eval, no shell, no template, no import by a given name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "streams").rglob("*.py"))

CODE_MODULES = {
    *("pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jsonpickle"),
    *("yaml", "ruamel", "jinja2", "mako", "code", "codeop", "runpy", "imp", "pty"),
}
"""Modules that run what they read, or render it as a template."""

CODE_CALLS = {"eval", "exec", "compile", "__import__", "globals", "execfile"}
CODE_METHODS = {
    "os.system",
    "os.popen",
    "string.Template",
    "Template",
    "numpy.load",
    "np.load",
    "logging.config.listen",
}
ALLOW_PICKLE, SHELL = "allow_pickle", "shell"
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")


def sins(tree: ast.AST) -> Iterator[str]:
    """What a syntax tree does that it must not."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (f"import {one.name}" for one in names if one.name.split(".")[0] in CODE_MODULES)
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in CODE_MODULES:
                yield f"from {module} import"
            case ast.Call():
                yield from _sins_of_call(node)


def _sins_of_call(call: ast.Call) -> Iterator[str]:
    said = ast.unparse(call)
    called = ast.unparse(call.func)
    first = call.args[0] if call.args else None
    if called in CODE_CALLS | CODE_METHODS or called.startswith("builtins."):
        yield said
    if any(one.arg in {ALLOW_PICKLE, SHELL} and not _is(one.value, False) for one in call.keywords):
        yield said
    if called.endswith("import_module") and not isinstance(first, ast.Constant):
        yield said
    if isinstance(call.func, ast.Attribute) and call.func.attr in {"format", "format_map"}:
        pattern = call.func.value
        fixed = isinstance(pattern, ast.Constant) or CONSTANT.fullmatch(ast.unparse(pattern))
        if not fixed and called != "msgspec.json.format":
            yield said
    if (
        re.fullmatch(r"(LOG|self\.log|logger?)\.(debug|info|warning|error|critical|exception)", called)
        and len(call.args) > 1
    ):
        yield from [] if isinstance(first, ast.Constant) else [said]


def _is(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "import yaml as y",
        "from cloudpickle import loads",
        "from joblib.numpy_pickle import load",
        "eval(text)",
        "exec(compile(text, 'x', 'exec'))",
        "__import__(name)",
        "importlib.import_module(name)",
        "import_module('driftline.' + name)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "read(path, allow_pickle=flag)",
        "subprocess.run(text, shell=True)",
        "os.system(text)",
        "record.template.format(**values)",
        "text.format_map(values)",
        "string.Template(text).substitute(values)",
        "LOG.warning(record.message, value)",
    ],
)
def test_each_of_these_would_be_found(code: str) -> None:
    assert list(sins(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "importlib.import_module('driftline.contracts.scan.scanner')",
        "_CONFIG.format(port=1)",
        "'{}'.format(1)",
        "msgspec.json.format(text)",
        "re.compile('x')",
        "json.loads(text)",
        "subprocess.run(arguments, shell=False)",
        "LOG.info('%s', name)",
    ],
)
def test_none_of_these_would_be(code: str) -> None:
    assert list(sins(ast.parse(code))) == []


def test_the_package_does_nothing_of_the_kind() -> None:
    assert SOURCES
    found = [f"{path.relative_to(ROOT)}: {sin}" for path in SOURCES for sin in sins(ast.parse(path.read_text()))]
    assert found == []
