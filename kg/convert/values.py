"""Plain values: literals, codes, references and addresses, each compiled for one property."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kg import ntriples
from kg.convert.state import Emit, State
from kg.ids import Ids
from kg.iris import is_id, slug
from kg.ontology import RDFS_RESOURCE, SKOS_CONCEPT, SKOS_SCHEME, Ontology, Property, RecordClass
from kg.readings import READERS, Misread
from kg.records.model import Steps
from kg.suggest import did_you_mean

#: Turns a written reference into an IRI and checks it; None where there is none to write.
Refer = Callable[[State, str, Steps], str | None]

_FEW = 12


class Values:
    """Compiles the properties whose values are plain.

    Parameters: `codes` maps the IRI of a scheme to its codes and their terms.
    """

    def __init__(self, ontology: Ontology, ids: Ids, base: str, codes: dict[str, dict[str, str]]) -> None:
        self.ontology, self.ids, self.base = ontology, ids, base
        self._codes = codes
        self._schemes = {s.prefix: f"<{iri}>" for iri, s in ontology.schemes.items()}

    def resolve(self, state: State, written: str) -> str:
        """The whole id that a reference stands for in a record.

        An id of the archive stands for itself; `event/first-copy` for a thing of the same record; a
        name without `/` for the record of that name in the same folder of ids; one that begins with `/`
        is whole whatever the record.
        """
        if written.startswith("/"):
            return written[1:]
        if written in self.ids.known:
            return written
        if "/" in written:
            first = written.split("/", 1)[0]
            return f"{state.id}/{written}" if first in self.ontology.slugs else written
        return f"{state.scope}/{written}" if state.scope else written

    def compile(self, class_: RecordClass, prop: Property) -> Emit:
        """The function that writes one plain value of a property of a class."""
        if prop.reading == "field-name":
            return self._field_name(prop)
        if prop.reading and prop.datatype:
            return self._read_literal(prop)
        if prop.datatype:
            return self._literal(prop)
        if prop.ranges == (SKOS_SCHEME,):
            return self._coded(prop, self._schemes, "concept scheme")
        scheme = prop.scheme or class_.scheme
        if scheme and prop.ranges == (SKOS_CONCEPT,):
            name = scheme.rsplit("/", 1)[-1]
            return self._coded(prop, self._codes.setdefault(scheme, {}), f"code of `{name}`")
        return self._reference(prop)

    def _literal(self, prop: Property) -> Emit:
        predicate, datatype = f"> <{prop.iri}> ", prop.datatype or ""
        string = ntriples.string
        if datatype == ntriples.XSD + "string":

            def text(state: State, subject: str, value: str, steps: Steps) -> None:
                state.out.append(f"<{subject}{predicate}{string(value)} .\n")

            return text

        def typed(state: State, subject: str, value: str, steps: Steps) -> None:
            try:
                lexical = ntriples.canonical(value, datatype)
            except ValueError as error:
                state.problem("KG119", steps, str(error))
                return
            state.out.append(f"<{subject}{predicate}{ntriples.typed(lexical, datatype)} .\n")

        return typed

    def _read_literal(self, prop: Property) -> Emit:
        predicate, datatype = f"> <{prop.iri}> ", prop.datatype or ""
        reader = READERS[prop.reading or ""]

        def read(state: State, subject: str, value: str, steps: Steps) -> None:
            try:
                lexical = reader(value, state.situation).outputs["edtf"]
            except Misread as error:
                state.problem(error.code, steps, error.message)
            except KeyError:
                state.problem("KG121", steps, f"`{value}` is an instant where a date is wanted")
            else:
                state.out.append(f"<{subject}{predicate}{ntriples.typed(lexical, datatype)} .\n")

        return read

    def _coded(self, prop: Property, codes: Mapping[str, str], what: str) -> Emit:
        predicate, base = f"> <{prop.iri}> ", self.base

        def coded(state: State, subject: str, value: str, steps: Steps) -> None:
            term = codes.get(value)
            if term is None and "/" in value:
                term = next((t for t in codes.values() if t == f"<{base}{value}>"), None)
            if term is None:
                hint = did_you_mean(value, codes)
                if len(codes) <= _FEW:
                    known = ", ".join(f"`{code}`" for code in sorted(codes)) or "none"
                    hint += f"{'' if hint else '.'} There are {known}."
                state.problem("KG133", steps, f"no {what} is `{value}`{hint}")
                return
            state.out.append(f"<{subject}{predicate}{term} .\n")

        return coded

    def _reference(self, prop: Property) -> Emit:
        predicate = f"> <{prop.iri}> "
        web = RDFS_RESOURCE in prop.ranges
        refer = self.referrer(prop)

        def reference(state: State, subject: str, value: str, steps: Steps) -> None:
            if web and "://" in value:
                wrong = ntriples.web_iri_problem(value)
                if wrong:
                    message = f"`{value}` is no web address: {wrong}"
                    if not re.match("https?:", value):
                        message = f"`{value}` is not an http or https address"
                    state.problem("KG134", steps, message)
                    return
                state.out.append(f"<{subject}{predicate}<{value}> .\n")
                return
            term = refer(state, value, steps)
            if term:
                state.out.append(f"<{subject}{predicate}{term} .\n")

        return reference

    def referrer(self, prop: Property) -> Refer:
        """The function that turns a written reference of the property into an IRI and checks it."""
        classes = tuple(c for c in prop.ranges if c != RDFS_RESOURCE)
        if prop.reading:
            # What the reading makes itself cannot be referred to.
            classes = tuple(c for c in classes if self.ontology.classes[c].record)
        if not classes:
            return _refuse
        known, base = self.ids.known, self.base
        right: dict[str, str] = {}
        within = [self.ontology.classes[c] for c in classes if c in self.ontology.classes]
        # Where only things inside records are wanted, a plain word can be none of them.
        only_within = bool(within) and all(not c.record for c in within)

        def refer(state: State, value: str, steps: Steps) -> str | None:
            term = right.get(value)
            if term is not None:
                return term
            if not is_id(value.removeprefix("/")):
                near = slug(value)
                hint = f"did you mean `{near}`?" if near in known else "ids are like `my-folder/d1`"
                state.problem("KG131", steps, f"`{value}` is not an id; {hint}")
                return None
            if only_within and "/" not in value:
                fields = ", ".join(f"`{name}`" for name in within[0].requires)
                message = f"`{value}` is text where {within[0].a_label} is wanted; write its fields: {fields}"
                state.problem("KG117", steps, message)
                return None
            full = self.resolve(state, value)
            class_ = known.get(full)
            if class_ is None:
                state.pending.append((value, full, classes, steps))
            elif class_ not in classes:
                message = self.ontology.wrong_class(value, class_, classes)
                extent = state.situation.extent(full)
                if prop.reading == "citation" and extent:
                    lines = f"`{value}:{extent.first}-{extent.last}`"
                    message = f"`{value}` is a document: give the lines in it, as in {lines}"
                state.problem("KG132", steps, message)
            elif full == value:
                right[value] = f"<{base}{full}>"
            return f"<{base}{full}>"

        return refer

    def _field_name(self, prop: Property) -> Emit:
        predicate = f"> <{prop.iri}> "

        def field_name(state: State, subject: str, value: str, steps: Steps) -> None:
            # The annotation's IRI is that of its thing, the word `annotation`, and its own name.
            above = state.names.get(subject.rsplit("/", 2)[0], "")
            class_ = self.ontology.classes.get(above)
            found = class_.fields.get(value) if class_ else None
            if found is None:
                hint = did_you_mean(value, class_.fields) if class_ else ""
                state.problem("KG135", steps, f"no field `{value}` to annotate{hint}")
                return
            state.out.append(f"<{subject}{predicate}<{found.iri}> .\n")

        return field_name


def _refuse(state: State, value: str, steps: Steps) -> None:
    state.problem("KG134", steps, f"`{value}` is not an address; write it with http:// or https://")
