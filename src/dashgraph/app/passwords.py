"""Setting a password by an address that was given out: a page for people, and JSON for programs."""

from html import escape
from typing import Final
from urllib.parse import parse_qs

from aiohttp import web

from dashgraph.app import http, transfers
from dashgraph.domain.passwords import LONGEST, SHORTEST
from dashgraph.domain.problems import BadInput, Problem
from dashgraph.graph import errors
from dashgraph.services.passwords import Passwords

PASSWORDS = web.AppKey("passwords", Passwords)
PATH = transfers.PASSWORD_PATH
FORM = "application/x-www-form-urlencoded"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

PAGE: Final = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>dashgraph - Set a password</title>
    <style>
      body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 15vh auto; padding: 0 1rem; }}
      label, input, button {{ display: block; width: 100%; box-sizing: border-box; font: inherit; }}
      input, button {{ margin: .25rem 0 1rem; padding: .5rem; }}
    </style>
  </head>
  <body>
    <h1>Set a password</h1>
    {content}
  </body>
</html>
"""
ASKED: Final = """<form method="post" autocomplete="off">
      <label>Account <input name="username" value="{email}" autocomplete="username" readonly></label>
      <label>New password, {shortest} characters or more
        <input name="password" type="password" minlength="{shortest}" maxlength="{longest}" required autofocus
          autocomplete="new-password"></label>
      <label>Once more <input name="again" type="password" required autocomplete="new-password"></label>
      <button>Set password</button>
    </form>"""


async def ask(request: web.Request) -> web.Response:
    """GET /password/<secret>: the form. Looking at it uses nothing up."""
    passwords, secret = request.app[PASSWORDS], request.match_info["secret"]
    try:
        return _page(_form(await passwords.whose(secret)))
    except Problem as problem:
        return _page(_said(problem), http.Refused.of(problem).status)


async def save(request: web.Request) -> web.Response:
    """POST /password/<secret>, the form or JSON with `password`: it is set, and the address works no more."""
    if request.content_type == FORM:
        return await _save_form(request)
    try:
        password = (await http.json_body(request)).get("password")
        if not isinstance(password, str):
            raise http.Refused(400, errors.plain("`password` is text.", BadInput.code))
        await request.app[PASSWORDS].set(request.match_info["secret"], password)
    except http.Refused as refused:
        return http.refusal(refused)
    except Problem as problem:
        return http.refusal(http.Refused.of(problem))
    return web.Response(status=204)


async def _save_form(request: web.Request) -> web.Response:
    passwords, secret = request.app[PASSWORDS], request.match_info["secret"]
    try:
        sent = parse_qs((await http.body(request)).decode(errors="replace"), keep_blank_values=True)
        password, again = (sent.get(name, [""])[0] for name in ("password", "again"))
        email = await passwords.whose(secret)
        try:
            if password != again:
                message = "The two are not the same; type the password again."
                raise BadInput(message)
            await passwords.set(secret, password)
        except BadInput as problem:
            return _page(_said(problem) + _form(email), http.Refused.of(problem).status)
    except http.Refused as refused:
        return _page(f"<p>{escape(refused.error['message'])}</p>", refused.status)
    except Problem as problem:
        return _page(_said(problem), http.Refused.of(problem).status)
    return _page("<p>Your password is set. You can sign in with it now.</p>")


def _form(email: str) -> str:
    return ASKED.format(email=escape(email), shortest=SHORTEST, longest=LONGEST)


def _said(problem: Problem) -> str:
    return f'<p role="alert">{escape(problem.message)}</p>'


def _page(content: str, status: int = 200) -> web.Response:
    headers = {"Content-Security-Policy": POLICY}
    return web.Response(status=status, text=PAGE.format(content=content), content_type="text/html", headers=headers)
