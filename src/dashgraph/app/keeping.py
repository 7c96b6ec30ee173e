"""Where secrets of the configuration are kept: in the environment, or in files that others cannot read."""

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from dashgraph.domain.problems import BadInput
from dashgraph.domain.secrets import Secret
from dashgraph.domain.user_changes import ADDRESS
from dashgraph.domain.users import same_address

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

log = structlog.get_logger("dashgraph.configuration")


@dataclass(frozen=True, slots=True)
class Keeping:
    """The folder that relative paths are of, and the environment."""

    folder: Path
    environment: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Keeping({str(self.folder)!r})"


def secret_at(place: Mapping[str, str], keeping: Keeping) -> Secret:
    """What `{ env: name }` or `{ file: path }` says. Raises BadInput, with the name and never with the content."""
    if "file" in place:
        return _secret(_content(place["file"], keeping).strip(), f"the file {place['file']}")
    name = place["env"]
    if not NAME.fullmatch(name):  # and perhaps the secret itself: not quoted
        message = "env is the name of an environment variable"
        raise BadInput(message)
    if name not in keeping.environment:
        message = f"the environment variable {name} is not set"
        raise BadInput(message)
    return _secret(keeping.environment[name].strip(), f"the environment variable {name}")


def secrets_by_address(path: str, keeping: Keeping) -> Mapping[str, Secret]:
    """A secret for each e-mail address of a TOML file: `"ada@example.com" = "token"`."""
    try:
        content = tomllib.loads(_content(path, keeping))
    except tomllib.TOMLDecodeError as error:
        message = f"the file {path} is not TOML: {error}"
        raise BadInput(message) from None
    found: dict[str, Secret] = {}
    for key, value in content.items():
        if not ADDRESS.fullmatch(key) or not isinstance(value, str):  # not quoted: the two may be swapped
            message = f'the file {path} holds lines such as "ada@example.com" = "token", and nothing else'
            raise BadInput(message)
        email = same_address(key)
        if email in found:
            message = f"the file {path} has {email} twice"
            raise BadInput(message)
        found[email] = _secret(value.strip(), f"what the file {path} says of {email}")
    if not found:
        message = f"the file {path} is empty"
        raise BadInput(message)
    return found


def _content(name: str, keeping: Keeping) -> str:
    path = keeping.folder / name
    try:
        if path.stat().st_mode & stat.S_IROTH:
            log.warning("everybody on this machine can read a file of secrets; mend it with chmod o-r", file=name)
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"the file {name} cannot be read: {error.strerror}"
        raise BadInput(message) from None
    except UnicodeError:
        message = f"the file {name} is not text in UTF-8"
        raise BadInput(message) from None


def _secret(text: str, what: str) -> Secret:
    """A secret that a header can carry."""
    if not text:
        message = f"{what} is empty"
        raise BadInput(message)
    if not text.isprintable():
        message = f"{what} is not one line of text"
        raise BadInput(message)
    return Secret(text)
