"""Text as it may stand in a file for people: characters that no reader can take become a mark in their place."""

import re

MARK = "\ufffd"
# Control characters except tab and line feed, halves of surrogate pairs, and what Unicode says is no character.
UNREADABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # could make a printed name look like another


def legible(text: str) -> str:
    return UNREADABLE.sub(MARK, text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str, most: int) -> str:
    """On one line and at most so long, in the order in which it was written."""
    return cut(" ".join(legible(REORDERING.sub("", text)).split()), most)


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
