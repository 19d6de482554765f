"""Ids, and the IRIs that they become under one base address."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kg.errors import UsageError
from kg.ntriples import is_web_iri

#: The base under which ids become IRIs where nobody says otherwise.
DEFAULT_BASE = "https://w3id.org/maproom/"

#: First parts of ids that the published ontology and its schemes occupy.
RESERVED = frozenset({"scheme", "ontology", "conversion"})

_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*(?:/[a-z0-9]+(?:[-.][a-z0-9]+)*)*\Z")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
# Letters that do not decompose into a plain letter and a mark.
_PLAIN = str.maketrans({"ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l", "þ": "th"})


def is_id(text: str) -> bool:
    """Whether the text is an id: small letters, figures, `-` and `.`, in parts separated by `/`."""
    return bool(_ID.match(text)) and text.split("/", 1)[0] not in RESERVED


@lru_cache(maxsize=8_192)
def slug(text: str) -> str:
    """The text as one part of an id; empty where it has no letter or figure of the Latin script."""
    if _SLUG.match(text):
        return text
    plain = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN))
    return _NOT_SLUG.sub("-", plain.encode("ascii", "ignore").decode()).strip("-")


def checked_base(base: str) -> str:
    """The base, if ids can be joined to it; raises UsageError if not."""
    if not is_web_iri(base) or not base.endswith(("/", "#")):
        raise UsageError(
            f"the base `{base}` must be an http or https address that ends in `/` or `#`, "
            f"such as {DEFAULT_BASE}"
        )
    return base
