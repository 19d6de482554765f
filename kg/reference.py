"""The reference page of terms, made from the ontology."""

from __future__ import annotations

from collections.abc import Iterator

from kg.ntriples import XSD
from kg.ontology import OWL_THING, Ontology, Property, RecordClass, Scheme

_HEAD = """# Terms

Made from the files in `ontology/` by `kg schema terms`; do not edit. Ontology {version},
<{iri}>, prefix `mr:`. Fields that every record and everything inside a record may have stand once,
at the end of the classes.

"""


def terms_page(ontology: Ontology) -> str:
    """The page, in Markdown: classes with their fields, properties that rules conclude, schemes."""
    return "".join(_page(ontology))


def _page(ontology: Ontology) -> Iterator[str]:
    yield _HEAD.format(version=ontology.version, iri=ontology.iri)
    classes = sorted(ontology.classes.values(), key=lambda c: (not c.record, c.name))
    yield "## Records\n\n| record | is |\n|---|---|\n"
    for class_ in classes:
        if class_.record:
            yield f"| [`{class_.record}`](#{class_.name.lower()}) | {_cell(class_.definition)} |\n"
    yield "\n## Classes\n"
    for class_ in classes:
        yield from _class(ontology, class_)
    yield "\n### Everything\n\nFields of every class.\n\n"
    everywhere = [p for p in ontology.properties.values() if OWL_THING in p.domains]
    yield from _fields(ontology, None, sorted(everywhere, key=lambda p: p.order))
    concluded = [p for p in ontology.properties.values() if not p.field and not p.output]
    yield "\n## Properties that no field states\n\n| property | of | is |\n|---|---|---|\n"
    for prop in concluded:
        of = ", ".join(ontology.classes[d].label for d in prop.domains if d in ontology.classes)
        yield f"| `mr:{prop.name}` | {of} | {_cell(prop.definition)} |\n"
    yield "\n## Schemes\n\nCodes are written as they stand in the first column.\n"
    for scheme in sorted(ontology.schemes.values(), key=lambda s: s.prefix):
        yield from _scheme(scheme)


def _class(ontology: Ontology, class_: RecordClass) -> Iterator[str]:
    yield f"\n### {class_.name}\n\n{class_.definition} "
    yield f"Practice or standard: {class_.source}. " if class_.source else ""
    yield f"Example: {class_.example}\n\n" if class_.example else "\n\n"
    if class_.record:
        yield f"A record with `record: {class_.record}`.\n\n"
    elif class_.pattern:
        yield f"Written inside a record; named `{class_.pattern}` where it has no `id`.\n\n"
    else:
        yield "Written inside a record.\n\n"
    own = [p for p in class_.fields.values() if OWL_THING not in p.domains]
    yield from _fields(ontology, class_, own)
    shared = [n for n in class_.requires if OWL_THING in class_.fields[n].domains]
    if shared:
        yield f"\nMust also give {', '.join(f'`{name}`' for name in shared)}.\n"


def _fields(ontology: Ontology, class_: RecordClass | None, properties: list[Property]) -> Iterator[str]:
    if not properties:
        return
    yield "| field | property | value | number | is | example |\n|---|---|---|---|---|---|\n"
    for prop in properties:
        must = class_ is not None and prop.field in class_.requires
        number = ("1" if must else "0") + (f" to {prop.limit}" if prop.limit else " or more")
        number = "1" if must and prop.limit == 1 else number
        cells = [
            f"`{prop.field}`",
            f"`{_short(ontology, prop.iri)}`",
            _value(ontology, class_, prop),
            number,
            prop.definition,
            prop.example,
        ]
        yield f"| {' | '.join(map(_cell, cells))} |\n"


def _value(ontology: Ontology, class_: RecordClass | None, prop: Property) -> str:
    if prop.reading:
        return f"read as {prop.reading}"
    if prop.datatype:
        return "text" if prop.datatype == f"{XSD}string" else _short(ontology, prop.datatype)
    scheme = ontology.schemes.get(prop.scheme or (class_.scheme if class_ else None) or "")
    if scheme and all(r.endswith("#Concept") for r in prop.ranges):
        return f"code of [`{scheme.prefix}`](#{scheme.prefix})"
    names = [
        f"[{ontology.classes[r].label}](#{ontology.classes[r].name.lower()})"
        if r in ontology.classes
        else "web address"
        if r.endswith("Resource")
        else _short(ontology, r)
        for r in prop.ranges
    ]
    return ", ".join(names)


def _scheme(scheme: Scheme) -> Iterator[str]:
    yield f"\n### {scheme.prefix}\n\n{scheme.definition} Practice or standard: {scheme.source}.\n\n"
    if not scheme.codes:
        yield "The records bring the codes: `record: concept`.\n"
        return
    yield "| code | is | example |\n|---|---|---|\n"
    for code, concept in scheme.codes.items():
        yield f"| `{code}` | {_cell(concept.definition)} | {_cell(concept.example)} |\n"


def _short(ontology: Ontology, iri: str) -> str:
    for prefix, namespace in ontology.prefixes.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
