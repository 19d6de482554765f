"""Names for things that are written inside records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from kg.convert.state import State
from kg.iris import is_id, slug
from kg.ontology import Property, RecordClass
from kg.records.model import Steps, Value

_BRACES = re.compile(r"\{([a-z-]+)\}")


def thing_iri(
    state: State,
    above: str,
    class_: RecordClass,
    prop: Property,
    data: Mapping[str, Value],
    steps: Steps,
    base: str,
) -> str | None:
    """The IRI of a thing written inside another, or None, with a problem, where it has no name.

    It is the IRI of the thing above, the class and the `id`, or what the class's pattern makes of
    the data; where there can be but one, the field's name takes their place.
    """
    own = data.get("id")
    if own is not None:
        if type(own) is not str or not is_id(own) or "/" in own:
            message = f"`{own}` is no id for a thing inside a record; write it like `first-copy`"
            state.problem("KG112", (*steps, "id"), message)
            return None
        iri = f"{above}/{class_.slug}/{own}"
        state.given.append(iri)
    elif prop.limit == 1:
        iri = f"{above}/{prop.field}"
    else:
        part = _from_pattern(class_, data)
        if not part:
            state.problem(*_nameless(class_, data, steps))
            return None
        iri = f"{above}/{class_.slug}/{part}"
    if iri in state.names:
        short = iri.removeprefix(base)
        message = f"two things of this record would be named `{short}`; give each an `id`"
        state.problem("KG142", steps, message)
        return None
    state.names[iri] = class_.iri
    return iri


def _nameless(class_: RecordClass, data: Mapping[str, Value], steps: Steps) -> tuple[str, Steps, str]:
    """What to say of a thing that has no name: that it lacks what would name it, or an id."""
    named_by = _BRACES.findall(class_.pattern or "")
    lacking = next((name for name in named_by if name in class_.requires and name not in data), None)
    if lacking:
        return "KG115", steps, class_.must_say(lacking)
    texts = [value for value in map(data.get, named_by) if isinstance(value, str)]
    if texts:
        said = f"`{texts[0]}` has no Latin letter or figure to name it by"
        return "KG141", steps, f"{said}; give the {class_.label} an `id`"
    wants = f" or say {' and '.join(f'`{name}`' for name in named_by)}" if named_by else ""
    return "KG141", steps, f"this {class_.label} has no name; give it an `id`{wants}"


@lru_cache(64)
def _pieces(pattern: str) -> tuple[str, ...]:
    """Text and field names of a pattern by turns."""
    return tuple(_BRACES.split(pattern))


def _from_pattern(class_: RecordClass, data: Mapping[str, Value]) -> str:
    pieces = list(_pieces(class_.pattern or ""))
    for place in range(1, len(pieces), 2):
        value = data.get(pieces[place], "")
        if type(value) is dict:
            value = value.get("value") or value.get("written") or ""
        pieces[place] = slug(value) if type(value) is str else ""
    return "".join(pieces).strip("-")
