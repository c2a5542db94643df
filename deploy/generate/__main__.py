"""Write the generated files of the stack: ``python -m deploy.generate``, from the root of the repository."""

from __future__ import annotations

from deploy.generate.files import DEPLOY, files

for name, text in files().items():
    path = DEPLOY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
