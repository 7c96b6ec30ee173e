"""How text is compared when people search and sort: without case and without accents."""

import unicodedata


def fold(text: str) -> str:
    """The key under which a text is sorted and searched. `Ärger` and `arger` are the same.

    Only the combining marks of Latin, Greek and Cyrillic are dropped: in other scripts they carry meaning.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f").casefold()


def keepable(text: str) -> str:
    """The text as every database can keep it: what stands in it for no character is shown as such."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def storable(text: str) -> bool:
    """Whether every database can compare this text: no U+0000 in it and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
