"""In the place of ``sagemaker.s3``: uploads and downloads are copies between the machine and the store."""

from __future__ import annotations

import shutil
from pathlib import Path

from driftline.errors import NotFoundError
from driftline.sagemaker.ignored import ignoring
from driftline.sagemaker.session import session_of


class S3Uploader:
    """Puts files into the store."""

    @staticmethod
    @ignoring("kms_key", "callback", "extra_args")
    def upload(
        local_path: str,
        desired_s3_uri: str,
        kms_key: str | None = None,
        sagemaker_session: object = None,
        callback: object = None,
        extra_args: object = None,
    ) -> str:
        """Copy a file, or what is in a folder, below a URI; says where it is. NotFoundError."""
        source, folder = _there(Path(local_path), local_path), session_of(sagemaker_session).path(desired_s3_uri)
        folder.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, folder, dirs_exist_ok=True)
            return desired_s3_uri
        shutil.copy2(source, folder / source.name)
        return f"{desired_s3_uri.rstrip('/')}/{source.name}"

    @staticmethod
    @ignoring("kms_key")
    def upload_string_as_file_body(
        body: str, desired_s3_uri: str, kms_key: str | None = None, sagemaker_session: object = None
    ) -> str:
        """Write a text to a URI; says where it is."""
        path = session_of(sagemaker_session).path(desired_s3_uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
        return desired_s3_uri


class S3Downloader:
    """Looks into the store."""

    @staticmethod
    @ignoring("kms_key")
    def download(
        s3_uri: str, local_path: str, kms_key: str | None = None, sagemaker_session: object = None
    ) -> list[str]:
        """Copy a file, or what is below a URI, into a folder; the copies. NotFoundError."""
        source, folder = _there(session_of(sagemaker_session).path(s3_uri), s3_uri), Path(local_path)
        folder.mkdir(parents=True, exist_ok=True)
        if source.is_file():
            return [str(shutil.copy2(source, folder / source.name))]
        shutil.copytree(source, folder, dirs_exist_ok=True)
        return [str(folder / path.relative_to(source)) for path in sorted(source.rglob("*")) if path.is_file()]

    @staticmethod
    def read_file(s3_uri: str, sagemaker_session: object = None) -> str:
        """The text of a file. NotFoundError."""
        return _there(session_of(sagemaker_session).path(s3_uri), s3_uri).read_text(encoding="utf-8")

    @staticmethod
    def list(s3_uri: str, sagemaker_session: object = None) -> list[str]:
        """The files below a URI, or the one that it is, as URIs in the order of their names."""
        session = session_of(sagemaker_session)
        place = session.path(s3_uri)
        found = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
        return [session.uri(path) for path in found]


def _there(path: Path, told: str) -> Path:
    if not path.exists():
        raise NotFoundError(f"{told}: there is no such file or folder ({path})")
    return path
