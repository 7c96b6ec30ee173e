"""What tells one input from another, and one state of a thing from another."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from dashgraph.domain.changes import Changes, Terms

# What a thing shows of who looks at it and of when, not of itself.
OF_THE_VIEWER = frozenset({"role", "account", "can_change", "updated_at", "updated_by", "next_run_at"})


def digest_of(changes: Changes, terms: Terms) -> str | None:
    """What tells one input under a key from another; None where no key was given."""
    if terms.idempotency_key is None or terms.digest is not None:
        return terms.digest
    found = hashlib.sha256()
    for number, change in changes.items():
        told = {name: value for name, value in plain(change).items() if name not in change.UNTOLD}
        found.update(json.dumps([number, change.mutation, told], sort_keys=True, default=str).encode())
    return found.hexdigest()


def print_of(thing: Any) -> str | None:
    """What tells whether a thing is still as it was; None where there is no thing."""
    if not is_dataclass(thing) or isinstance(thing, type):
        return None
    told: Mapping[str, Any] = {
        one.name: getattr(thing, one.name) for one in fields(thing) if one.name not in OF_THE_VIEWER
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
