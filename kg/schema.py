"""What records may say, as the ontology has it, in the forms that other tools read."""

from __future__ import annotations

import json
from typing import Any

from kg.errors import UsageError
from kg.ntriples import XSD
from kg.ontology import (
    RDFS_RESOURCE,
    SKOS_CONCEPT,
    SKOS_SCHEME,
    Ontology,
    Property,
    RecordClass,
)
from kg.suggest import did_you_mean

_READINGS = {
    "time": "a date (1944-02-11), date-time group (102310) or clock time (1205 EWT)",
    "edtf": "a date in EDTF: 1944-02-11, 1944-02, 1944-02-11?",
    "group": "a date-time group: 102310, or 102310Z FEB 1944",
    "clock": "a clock time: 1205 EWT, 1719/11, 25/0140Z",
    "citation": 'evidence: document:lines, document:lines "quotation", or source, place',
    "extent": "path:first-last of a transcript",
    "parts": "a code, as written",
    "field-name": "the name of a field of the thing that is annotated",
}
_PATTERNS = {
    "decimal": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$",
    "integer": r"^[+-]?[0-9]+$",
    "positiveInteger": r"^\+?0*[1-9][0-9]*$",
    "nonNegativeInteger": r"^\+?[0-9]+$",
    "boolean": "^(true|false|0|1)$",
}
_ID = "^[a-z0-9]+([-./][a-z0-9]+)*$"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def json_schema(ontology: Ontology) -> str:
    """A JSON Schema (draft 2020-12) of a record of any kind, for editors that complete and check YAML.

    It knows fields, codes and what must be given; references, times and quotations only `kg check`
    can judge.
    """
    kinds = sorted(ontology.records)
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A record of the Map Room ontology",
        "type": "object",
        "required": ["record", "id"],
        "properties": {"record": {"enum": kinds}, "id": {"type": "string", "pattern": _ID}},
        "allOf": [
            {
                "if": {"properties": {"record": {"const": kind}}},
                "then": {"$ref": f"#/$defs/{ontology.records[kind].name}"},
            }
            for kind in kinds
        ],
        "$defs": {
            c.name: _class_schema(ontology, c)
            for c in sorted(ontology.classes.values(), key=lambda c: c.name)
        },
    }
    return _json(whole)


def _class_schema(ontology: Ontology, class_: RecordClass) -> dict[str, Any]:
    own = {"record": {"const": class_.record}} if class_.record else {}
    properties: dict[str, Any] = {**own, "id": {"type": "string", "pattern": _ID}}
    if not class_.record:
        properties["value"] = {"type": ["string", "number", "boolean"]}
    for name, prop in class_.fields.items():
        properties[name] = _property_schema(ontology, class_, prop)
    return {
        "title": class_.label,
        "description": class_.definition,
        "type": "object",
        "properties": properties,
        "required": [*class_.requires] if class_.record else [],
        "additionalProperties": False,
    }


def _property_schema(ontology: Ontology, class_: RecordClass, prop: Property) -> dict[str, Any]:
    inline = ontology.inline(prop)
    one: dict[str, Any] = {"type": ["string", "number", "boolean"]}
    codes = _codes(ontology, class_, prop)
    if codes:
        # Records may add codes of their own, so these are examples and no closed list.
        one = {"type": "string", "examples": codes}
    elif prop.datatype and prop.datatype.removeprefix(XSD) in _PATTERNS:
        one["pattern"] = _PATTERNS[prop.datatype.removeprefix(XSD)]
    choices = [one]
    if inline:
        choices = [{"$ref": f"#/$defs/{inline.name}"}]
        if prop.reading:
            choices.append({"type": ["string", "number"]})
    elif ontology.annotation:
        remark = {"$ref": f"#/$defs/{ontology.annotation.name}"}
        choices.append({"type": "object"} if prop.reading else remark)
    single = choices[0] if len(choices) == 1 else {"anyOf": choices}
    many = {"type": "array", "items": single, "minItems": 1}
    schema = single if prop.limit == 1 else {"anyOf": [single, many]}
    text = f"{prop.definition} {_wants(ontology, class_, prop)}"
    return {"title": prop.label, "description": text.strip(), **schema}


def _codes(ontology: Ontology, class_: RecordClass, prop: Property) -> list[str]:
    if prop.ranges == (SKOS_SCHEME,):
        return sorted(s.prefix for s in ontology.schemes.values())
    if prop.ranges != (SKOS_CONCEPT,):
        return []
    scheme = ontology.schemes.get(prop.scheme or class_.scheme or "")
    return sorted(scheme.codes) if scheme else []


def _wants(ontology: Ontology, class_: RecordClass, prop: Property) -> str:
    """What a value of the field looks like, in a few words."""
    if prop.reading in _READINGS:
        return f"Write {_READINGS[prop.reading]}."
    if prop.datatype:
        return ""
    if prop.ranges in ((SKOS_CONCEPT,), (SKOS_SCHEME,)):
        scheme = ontology.schemes.get(prop.scheme or class_.scheme or "")
        return f"A code of the scheme `{scheme.prefix}`." if scheme else ""
    labels = [ontology.classes[r].label for r in prop.ranges if r in ontology.classes]
    if ontology.inline(prop):
        return f"Each a {labels[0]} written inside."
    web = " or a web address" if RDFS_RESOURCE in prop.ranges else ""
    return f"The id of a {' or '.join(labels)}{web}." if labels else "A web address."


def jsonld_context(ontology: Ontology, base: str) -> str:
    """A JSON-LD 1.1 context in which the fields of records stand for the properties.

    A name that several classes use for different properties is defined within each class's scope.
    """
    shared: dict[str, Any] = {"@version": 1.1, "@base": base, "id": "@id"}
    owners: dict[str, set[str]] = {}
    for class_ in ontology.classes.values():
        for name, prop in class_.fields.items():
            owners.setdefault(name, set()).add(prop.iri)
    for prefix, namespace in ontology.prefixes.items():
        shared[prefix] = namespace
    for class_ in sorted(ontology.classes.values(), key=lambda c: c.name):
        scoped = {n: _entry(p) for n, p in class_.fields.items() if len(owners[n]) > 1}
        entry: dict[str, Any] = {"@id": class_.iri}
        if scoped:
            entry["@context"] = dict(sorted(scoped.items()))
        shared[class_.name] = entry
    for class_ in ontology.classes.values():
        for name, prop in class_.fields.items():
            if len(owners[name]) == 1:
                shared[name] = _entry(prop)
    return _json({"@context": shared})


def _entry(prop: Property) -> dict[str, str]:
    if prop.datatype is None:
        return {"@id": prop.iri, "@type": "@id"}
    if prop.datatype == f"{XSD}string":
        return {"@id": prop.iri}
    return {"@id": prop.iri, "@type": prop.datatype}


def _kind(ontology: Ontology, kind: str) -> RecordClass:
    found = ontology.records.get(kind)
    if found is None:
        raise UsageError(
            f"no kind of record is `{kind}`{did_you_mean(kind, ontology.records)} "
            f"There are {', '.join(sorted(ontology.records))}."
        )
    return found


def blank_record(ontology: Ontology, kind: str, *, short: bool = False) -> str:
    """A YAML record of the kind with every field as a comment; raises UsageError for no kind.

    Parameters: `short` leaves out the fields of things that are written inside.
    """
    class_ = _kind(ontology, kind)
    lines = [f"# {class_.label}: {class_.definition}", f"# For example: {class_.example}", ""]
    lines += [f"record: {kind}", "id: # readable, permanent, such as my-folder/d20"]
    for name, prop in class_.fields.items():
        lines += ["", *_comment(ontology, class_, name, prop, "")]
        must = name in class_.requires
        inline = ontology.inline(prop) if not prop.reading else None
        if inline:
            lines.append(f"# {name}:")
            lines += [] if short else _inside(ontology, inline)
        else:
            lines.append(f"{name}:" if must else f"# {name}:")
    return "\n".join(lines)


def _comment(ontology: Ontology, class_: RecordClass, name: str, prop: Property, indent: str) -> list[str]:
    number = "one" if prop.limit == 1 else "any number"
    must = "must be given, " if name in class_.requires else ""
    wants = _wants(ontology, class_, prop)
    return [f"# {indent}{prop.definition} ({must}{number}) {wants}".rstrip()]


def _inside(ontology: Ontology, class_: RecordClass) -> list[str]:
    first, lines = "- ", []
    for name, prop in class_.fields.items():
        must = ", must be given" if name in class_.requires else ""
        wants = _wants(ontology, class_, prop) or prop.definition
        lines.append(f"#   {first}{name}:    # {wants.rstrip('.')}{must}")
        first = "  "
    return lines


def csv_header(ontology: Ontology, kind: str) -> str:
    """The first row of a CSV file of records of the kind, with one place for each thing inside."""
    class_ = _kind(ontology, kind)
    columns = ["record", "id"]
    for name, prop in class_.fields.items():
        inline = ontology.inline(prop) if not prop.reading else None
        if inline is None:
            columns.append(name)
            continue
        place = name if prop.limit == 1 else f"{name}.1"
        columns.append(f"{place}.id")
        for inner, below in inline.fields.items():
            # One level is enough for a header to start from; deeper columns are made alike.
            if not (ontology.inline(below) and not below.reading):
                columns.append(f"{place}.{inner}")
    return ",".join(columns)
