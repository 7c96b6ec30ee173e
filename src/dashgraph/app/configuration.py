"""dashgraph.toml: the live sources that an administrator names there, and everything that is wrong at once."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dashgraph.app.keeping import Keeping
from dashgraph.app.settings import Settings
from dashgraph.app.source_keys import SourceKeys, complaints, no_such_key
from dashgraph.connectors import KINDS
from dashgraph.domain.problems import BadInput
from dashgraph.sources.live.settings import Credentials, LiveSettings, Mode

USUAL = "dashgraph.toml"
SOURCES = "sources"


def configured(settings: Settings) -> Sequence[LiveSettings]:
    """The live sources of the file that the settings name, or of dashgraph.toml here; none without a file.

    Raises BadInput naming everything wrong at once, each with its place.
    """
    path = Path(settings.config or USUAL)
    if not settings.config and not path.exists():
        return ()
    return read(path, native=settings.source_name, environment=os.environ)


def read(path: Path, *, native: str, environment: Mapping[str, str]) -> Sequence[LiveSettings]:
    """The live sources of a file, in its order. `native` is the name that is taken."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise BadInput(message) from None
    except ValueError as error:
        message = f"{path} is not TOML: {'it is not UTF-8' if isinstance(error, UnicodeError) else error}."
        raise BadInput(message) from None
    tables, wrong = _tables(content)
    keeping = Keeping(path.parent, environment)
    names = [table.get("name") for table in tables]
    found = []
    for number, table in enumerate(tables):
        one, its = _source(table, keeping)
        wrong += [f"{SOURCES}[{number}].{complaint}" for complaint in [*its, *_taken(names, number, native)]]
        found += [one] if one else []
    if wrong:
        message = "\n  ".join([f"{path} cannot be used:", *wrong])
        raise BadInput(message)
    return found


def _tables(content: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The tables of the sources, and what is wrong with the file around them."""
    wrong = [no_such_key(key, [SOURCES]) for key in content if key != SOURCES]
    tables = content.get(SOURCES, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return [], [*wrong, f"{SOURCES}: begin each source with [[{SOURCES}]], in two brackets"]
    return tables, wrong


def _source(table: dict[str, Any], keeping: Keeping) -> tuple[LiveSettings | None, list[str]]:
    """The settings of a source, or what is wrong, each `key: why`."""
    known = options_of(table.get("kind"))
    options, wrong = _options({name: value for name, value in table.items() if name in known})
    wrong += _credentials(table)
    try:
        keys = SourceKeys.model_validate({name: table[name] for name in table if name not in known}, context=keeping)
    except ValidationError as error:
        return None, [*complaints(error, list(known)), *wrong]
    return _settings(keys, options), wrong


def _settings(keys: SourceKeys, options: Mapping[str, str]) -> LiveSettings:
    return LiveSettings(
        name=keys.name,
        kind=keys.kind,
        url=keys.url,
        credentials=Credentials(keys.token, keys.user_name, keys.password, keys.tokens or {}),
        mode=keys.mode,
        visibility=keys.visibility,
        freshness=keys.freshness,
        deadline=keys.deadline,
        request_seconds=keys.request_seconds,
        concurrency=keys.concurrency,
        rate=keys.rate,
        scan_limit=keys.scan_limit,
        documented_only=keys.documented_only,
        options=options,
    )


def options_of(kind: object) -> Mapping[str, str]:
    """The keys that only sources of this kind have, each with what it is."""
    for known in KINDS:
        if known == kind:
            options: Mapping[str, str] = getattr(KINDS[known].settings, "OPTIONS", {})
            return options
    return {}


def _options(given: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    options, wrong = {}, []
    for name, value in given.items():
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            options[name] = str(value)
        else:
            wrong.append(f"{name}: must be a text")
    return options, wrong


def _credentials(table: Mapping[str, Any]) -> list[str]:
    """What the mode and the ways to sign in say against each other."""
    delegated, signs_in = table.get("mode") == Mode.DELEGATED, {"user_name", "password"} & table.keys()
    wrong = [f"{key}: is missing" for key in sorted({"user_name", "password"} - signs_in) if signs_in]
    if signs_in and "token" in table:
        wrong.append("token: is one way to sign in, and user_name with password another; take one")
    if delegated and "tokens" not in table:
        wrong.append('tokens: are needed in delegated mode: tokens = { file = "people.toml" }')
    if delegated and "visibility" in table:
        wrong.append("visibility: is for service mode; in delegated mode the system applies its own rights")
    if not delegated and "tokens" in table:
        wrong.append('tokens: are for delegated mode; say mode = "delegated" too')
    if not delegated and not signs_in and "token" not in table:
        wrong.append('token: is missing; say where it is, such as token = { env = "BI_TOKEN" }')
    return wrong


def _taken(names: Sequence[object], number: int, native: str) -> list[str]:
    """Against a name that another source has."""
    name = names[number]
    if name == native:
        return ["name: is the name of the native store (DASHGRAPH_SOURCE_NAME)"]
    return [f"name: is the name of {SOURCES}[{names.index(name)}] too"] if name and name in names[:number] else []
