"""Which keys a `[[sources]]` of dashgraph.toml has, and what may stand there."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, NoReturn, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError
from yarl import URL

from dashgraph.app.keeping import Keeping, secret_at, secrets_by_address
from dashgraph.connectors import KINDS
from dashgraph.domain.problems import BadInput
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.live.settings import Mode, Visibility

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
IN_CLEAR = (
    'must not stand here in clear; say where it is: {0} = {{ env = "BI_{1}" }} or {{ file = "/run/secrets/{0}" }}'
)
# What pydantic calls wrong, in words for people; in braces is what it tells with it.
WORDS = {
    "missing": "is missing",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "must not be longer than {max_length} characters",
    "enum": "must be {expected}",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}


def _refuse(message: str) -> NoReturn:
    raise PydanticCustomError("dashgraph", "{said}", {"said": message})


def _name(value: object) -> object:
    if isinstance(value, str) and not NAME.fullmatch(value):
        _refuse("must be 1 to 31 of a-z, 0-9 and -, beginning with a letter")
    return value


def _kind(value: object) -> SourceKind:
    offered = [str(kind) for kind in KINDS if kind is not SourceKind.NATIVE]
    if value == SourceKind.NATIVE:
        _refuse("the native store is there always; DASHGRAPH_DATABASE_URL says where")
    if value not in offered:
        _refuse(f"must be one of: {', '.join(offered)}{_nearest(str(value), offered)}")
    return SourceKind(str(value))


def _url(value: object) -> object:
    """An address without what does not belong to it. Never quoted: it may hold a password."""
    if not isinstance(value, str):
        return value
    try:
        url = URL(value)
        usable = url.scheme in {"http", "https"} and bool(url.host) and url.port is not None
    except ValueError:
        usable = False
    if not usable:
        _refuse("must be an address such as https://bi.example.com")
    if url.user is not None or url.password is not None:
        _refuse("must hold no user and no password; they have keys of their own")
    if url.query_string or url.fragment:
        _refuse("must end before ? and #")
    return str(url).rstrip("/")


def _secret(value: object, info: ValidationInfo) -> Secret:
    try:
        return secret_at(_where(value, info, "env", "file"), _keeping(info))
    except BadInput as problem:
        _refuse(problem.message)


def _secrets(value: object, info: ValidationInfo) -> Mapping[str, Secret]:
    try:
        return secrets_by_address(_where(value, info, "file")["file"], _keeping(info))
    except BadInput as problem:
        _refuse(problem.message)


def _where(value: object, info: ValidationInfo, *ways: str) -> Mapping[str, str]:
    """`{ env = "NAME" }` or `{ file = "path" }`, as far as the key takes both."""
    key = info.field_name or ""
    if isinstance(value, str):
        _refuse(IN_CLEAR.format(key, key.upper()))
    if not isinstance(value, dict) or len(value) != 1 or not value.keys() <= set(ways):
        _refuse("must say where it is: " + " or ".join(f'{{ {way} = "..." }}' for way in ways))
    [(way, text)] = value.items()
    if not isinstance(text, str) or not text or "\0" in text:
        _refuse(f"{way} must be a text")
    return {way: text}


def _keeping(info: ValidationInfo) -> Keeping:
    return cast("Keeping", info.context)


Kept = Annotated[InstanceOf[Secret], BeforeValidator(_secret)]


class SourceKeys(BaseModel):
    """The keys of one `[[sources]]`; the options of its kind come beside them."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    name: Annotated[str, BeforeValidator(_name)] = Field(
        description="What it is called in ids. Never change it once ids are out."
    )
    kind: Annotated[SourceKind, BeforeValidator(_kind)] = Field(
        description="The product: `sisense`, `lightdash`, `holistics` or `posthog`."
    )
    url: Annotated[str, BeforeValidator(_url)] = Field(
        max_length=2000, description="Where it is, as people open it: `https://bi.example.com`."
    )
    token: Kept | None = Field(
        default=None, description="The account that speaks for all, by its token. In delegated mode it is not needed."
    )
    user_name: str | None = Field(
        default=None, min_length=1, description="Or the name of that account, where the kind signs in by name."
    )
    password: Kept | None = Field(default=None, description="The password of that name.")
    tokens: Annotated[InstanceOf[Mapping], BeforeValidator(_secrets)] | None = Field(  # type: ignore[type-arg]
        default=None,
        description="In delegated mode the viewers' own tokens: a file with a line for each, "
        '`"ada@example.com" = "token"`.',
    )
    mode: Mode = Field(
        default=Mode.SERVICE,
        strict=False,
        description="`service`: one account for everybody, and dashgraph applies the rights. `delegated`: the viewer's "
        "own token, and the system applies its rights.",
    )
    visibility: Visibility = Field(
        default=Visibility.SHARES,
        strict=False,
        description="In service mode, who sees what: `shares`: what the system shares with the account of the viewer's "
        "e-mail address; `everyone`: whoever is signed in sees all; `admins`: administrators alone see something.",
    )
    freshness: float = Field(
        default=5, ge=0, le=3600, allow_inf_nan=False, description="For how many seconds a list is kept; 0 keeps none."
    )
    deadline: float = Field(
        default=10,
        gt=0,
        le=600,
        allow_inf_nan=False,
        description="How many seconds the answer to one question may take.",
    )
    request_seconds: float = Field(
        default=10, gt=0, le=600, allow_inf_nan=False, description="How many seconds one request of it may take."
    )
    concurrency: int = Field(default=8, ge=1, le=100, description="How many requests go on at a time.")
    rate: float | None = Field(
        default=None, gt=0, le=10_000, allow_inf_nan=False, description="The most requests a second. Default: no bound."
    )
    scan_limit: int = Field(
        default=10_000, ge=1, le=1_000_000, description="The most that is read of a list which has to be read whole."
    )
    documented_only: bool = Field(
        default=False, description="Whether addresses are left alone that the vendor uses and does not document."
    )


def complaints(error: ValidationError, options: Sequence[str]) -> list[str]:
    """What is wrong, each `key: why`. `options` are the keys that the kind has besides."""
    known = [*SourceKeys.model_fields, *options]
    found = []
    for one in error.errors(include_url=False, include_input=False):
        key, words = str(one["loc"][0]), WORDS.get(one["type"])
        if one["type"] == "extra_forbidden":
            found.append(no_such_key(key, known))
        else:
            found.append(f"{key}: {words.format_map(one.get('ctx', {})) if words else one['msg']}")
    return found


def no_such_key(key: str, known: Sequence[str]) -> str:
    return f"{key}: there is no such key{_nearest(key, known)}"


def _nearest(text: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(text, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
