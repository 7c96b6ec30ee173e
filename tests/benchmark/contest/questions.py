"""What is asked: four questions, in the words of each contestant's schema, and how their answers become comparable."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from dashgraph.domain.ids import Kind, ResourceId

SOURCE = "local"  # the name of the native store in ids
IDS = 100  # different dashboards that a question about one is asked for, in turns


class Dialect(Enum):
    """How a contestant wants to be asked."""

    DASHGRAPH = "connections and global ids"
    PLAIN = "lists and plain ids"
    POSTGRAPHILE = "its inflection of the tables"
    REST = "a path"


@dataclass(frozen=True)
class Question:
    name: str
    words: str
    said: dict[Dialect, str]
    about_one: bool = False
    composed: Callable[[Any], Any] = lambda data: data  # what a client makes of PostGraphile's answer

    def requests(self, dialect: Dialect, ids: Sequence[str]) -> list["Request"]:
        """What is sent, in turns."""
        text = self.said[dialect]
        if dialect is Dialect.REST:
            return [Request("GET", text.format(id=one)) for one in (ids if self.about_one else [""])]
        wanted = [_id(dialect, one) for one in ids] if self.about_one else [None]
        return [Request("POST", "/graphql", _operation(text, one)) for one in wanted]

    def comparable(self, dialect: Dialect, body: bytes) -> Any:
        """The answer without what only its dialect has. Raises ValueError for errors."""
        found = json.loads(body)
        if "errors" in found:
            message = f"{self.name}: {found['errors'][0]}"
            raise ValueError(message)
        data = _lists(found.get("data", found))
        return self.composed(data) if dialect is Dialect.POSTGRAPHILE else data


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes = b""

    def written(self, host: str, token: str | None) -> bytes:
        """The bytes of an HTTP/1.1 request on a connection that stays open."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
        if token is not None:
            lines.append(f"Authorization: Bearer {token}")
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def _id(dialect: Dialect, native: str) -> str:
    return ResourceId(SOURCE, Kind.DASHBOARD, native).encode() if dialect is Dialect.DASHGRAPH else native


def _operation(text: str, one: str | None) -> bytes:
    variables = {} if one is None else {"variables": {"id": one}}
    return json.dumps({"query": text.strip(), **variables}).encode()


def _lists(value: Any) -> Any:
    """Connections as the lists that they stand for."""
    if isinstance(value, list):
        return [_lists(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"edges"}:
        return [_lists(edge["node"]) for edge in value["edges"]]
    return _lists(value["nodes"]) if value.keys() == {"nodes"} else {key: _lists(one) for key, one in value.items()}


def _by_name(things: list[Any]) -> list[Any]:
    """PostGraphile sorts no list by columns of what its rows point to; the client does."""
    return sorted(things, key=lambda one: one.get("name", one.get("displayName")).lower())


def _dashboard(row: Any) -> Any:
    edition = row.pop("edition")
    found = {"id": row["id"], "title": edition["title"], **{key: row[key] for key in row if key != "id"}}
    if "widgets" in edition:
        found["widgets"] = edition["widgets"]
    return found


def _shared(data: Any) -> Any:
    dashboards = [_dashboard(one) for one in data["dashboards"]]
    for dashboard in dashboards:
        for share in dashboard["shares"]:
            share["rule"] = share["rule"].upper()
            if share["user"] is not None:
                user = share["user"]
                user["groups"] = _by_name([one["group"] for one in user.pop("memberships")])
    return {"dashboards": dashboards}


def _members(data: Any) -> Any:
    for user in data["users"]:
        user["groups"] = _by_name([one["group"] for one in user.pop("memberships")])
        for group in user["groups"]:
            group["users"] = _by_name([one["user"] for one in group.pop("memberships")])
    return data


QUESTIONS = (
    Question(
        "Q1",
        "100 dashboards with owner, widgets and shares, their users with groups",
        {
            Dialect.DASHGRAPH: """
{
  dashboards(first: 100, scope: ALL) {
    edges {
      node {
        id: nativeId
        title
        owner { id: nativeId displayName email }
        widgets { edges { node { id: nativeId title type } } }
        shares(sort: CREATED_AT_ASC) {
          edges {
            node {
              rule
              user { id: nativeId displayName email groups { edges { node { id: nativeId name } } } }
              group { id: nativeId name }
            }
          }
        }
      }
    }
  }
}
""",
            Dialect.PLAIN: """
{
  dashboards(first: 100) {
    id
    title
    owner { id displayName email }
    widgets { id title type }
    shares {
      rule
      user { id displayName email groups { id name } }
      group { id name }
    }
  }
}
""",
            Dialect.POSTGRAPHILE: """
{
  dashboards: allDashboards(first: 100, orderBy: [TITLE_KEY_ASC, PRIMARY_KEY_ASC]) {
    nodes {
      id: rowId
      edition {
        title
        widgets(orderBy: POSITION_ASC) { nodes { id: rowId title type } }
      }
      owner { id: rowId displayName: name email }
      shares(orderBy: CREATED_AT_ASC) {
        nodes {
          rule
          user { id: rowId displayName: name email memberships { nodes { group { id: rowId name } } } }
          group { id: rowId name }
        }
      }
    }
  }
}
""",
            Dialect.REST: "/dashboards?first=100",
        },
        composed=_shared,
    ),
    Question(
        "Q2",
        "one dashboard with its widgets",
        {
            Dialect.DASHGRAPH: """
query ($id: ID!) {
  dashboard(id: $id, scope: ALL) {
    id: nativeId
    title
    widgets { edges { node { id: nativeId title type } } }
  }
}
""",
            Dialect.PLAIN: """
query ($id: ID!) {
  dashboard(id: $id) {
    id
    title
    widgets { id title type }
  }
}
""",
            Dialect.POSTGRAPHILE: """
query ($id: String!) {
  dashboard: dashboardByRowId(rowId: $id) {
    id: rowId
    edition {
      title
      widgets(orderBy: POSITION_ASC) { nodes { id: rowId title type } }
    }
  }
}
""",
            Dialect.REST: "/dashboards/{id}",
        },
        about_one=True,
        composed=lambda data: {"dashboard": _dashboard(data["dashboard"])},
    ),
    Question(
        "Q3",
        "100 users, their groups, and those groups' users",
        {
            Dialect.DASHGRAPH: """
{
  users(first: 100, scope: ALL) {
    edges {
      node {
        id: nativeId
        displayName
        email
        groups(first: 10) {
          edges {
            node {
              id: nativeId
              name
              users(first: 100) { edges { node { id: nativeId displayName email } } }
            }
          }
        }
      }
    }
  }
}
""",
            Dialect.PLAIN: """
{
  users(first: 100) {
    id
    displayName
    email
    groups {
      id
      name
      users { id displayName email }
    }
  }
}
""",
            Dialect.POSTGRAPHILE: """
{
  users: allUsers(first: 100, orderBy: [NAME_KEY_ASC, PRIMARY_KEY_ASC]) {
    nodes {
      id: rowId
      displayName: name
      email
      memberships {
        nodes {
          group {
            id: rowId
            name
            memberships { nodes { user { id: rowId displayName: name email } } }
          }
        }
      }
    }
  }
}
""",
            Dialect.REST: "/users?first=100",
        },
        composed=_members,
    ),
    Question(
        "Q4",
        "50 dashboards with all who have access to them, and by which ways",
        {
            Dialect.DASHGRAPH: """
{
  dashboards(first: 50, scope: ALL) {
    edges {
      node {
        id: nativeId
        title
        access(first: 100) {
          edges { node { role user { id: nativeId displayName email } paths { kind role } } }
        }
      }
    }
  }
}
""",
            Dialect.PLAIN: """
{
  dashboards(first: 50) {
    id
    title
    access { role user { id displayName email } paths { kind role } }
  }
}
""",
            Dialect.REST: "/access?first=50",
        },
    ),
)
