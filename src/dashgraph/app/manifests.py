"""Manifests of trusted documents as files: the command `manifest` that makes one, and reading the one that is set."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from dashgraph.app.commands import err, failed, shown
from dashgraph.domain.problems import BadInput, Problem
from dashgraph.graph import manifest
from dashgraph.graph.persisted import Trust

SUFFIXES = {".graphql", ".gql"}
SETTING = "DASHGRAPH_TRUSTED_DOCUMENTS"


def make(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where the .graphql files are, in folders within it too.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it here instead of printing it."),
    ] = None,
    typenames: Annotated[
        bool, typer.Option("--typenames", help="Ask for __typename everywhere, as Apollo Client does by itself.")
    ] = False,
) -> None:
    try:
        text, count = manifest.written(_files(folder), typenames=typenames)
        if output is None:
            typer.echo(text, nl=False)
        else:
            _write(output, text)
            err.print(f"{shown(output)} has {count} operations.", soft_wrap=True)
    except Problem as problem:
        raise failed(problem) from None


def trusted(path: str, trust: Trust) -> Mapping[str, str]:
    """The documents of the manifest that is set, by their ids. Raises BadInput."""
    if not path:
        if trust is Trust.ENFORCE:
            raise BadInput(f"{SETTING}_MODE is enforce, and {SETTING} names no manifest.")
        return {}
    try:
        return manifest.read(_text(Path(path)))
    except BadInput as problem:
        raise BadInput(f"{SETTING}: {path!r} is not a manifest: {problem.message}.") from None


def _files(folder: Path) -> Mapping[str, str]:
    """The texts of the files by their paths within the folder. Raises BadInput."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder.")
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    if not paths:
        raise BadInput(f"{folder} has no .graphql files.")
    files, wrong = {}, []
    for path in paths:
        try:
            files[str(path.relative_to(folder))] = _text(path)
        except BadInput as problem:
            wrong.append(f"{path.relative_to(folder)}: {problem.message}")
    if wrong:
        raise BadInput("\n  ".join(wrong))
    return files


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"it cannot be read: {error.strerror}") from None
    except ValueError:
        raise BadInput("it is not text in UTF-8") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
