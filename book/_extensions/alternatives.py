"""What makes a text alternative one that can be read aloud."""

import re

_FILE = re.compile(r"(^|/)\S+\.(png|svg|jpe?g|gif|webp|avif)$|^[\w-]*[0-9a-f]{16,}[\w-]*$", re.IGNORECASE)
_FILLER = {"image", "picture", "figure", "plot", "graph", "chart", "photo", "diagram", "output", "untitled"}


def alt_fault(alt: str | None) -> str | None:
    """What is wrong with a text alternative, or None where it says something."""
    text = " ".join((alt or "").split())
    if not text:
        return "it is missing"
    if _FILE.search(text):
        return f"it is the name of a file: {text!r}"
    if text.lower().strip(" .:0123456789") in _FILLER:
        return f"it says nothing: {text!r}"
    return None
