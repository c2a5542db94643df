from __future__ import annotations

import pytest

from support.demo_run import Finished, run_demo


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return run_demo(tmp_path_factory.mktemp("demo"))
