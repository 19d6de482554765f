"""One record in, its statements out, as the ontology says.

The ontology is compiled once into one small function for each field of each class; converting a
record is then a walk over its data that calls them. Statements are lines of canonical N-Triples.
No property is named here: fields, datatypes, readings and codes all come from the ontology.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kg import ntriples
from kg.dates import Context
from kg.ids import Ids, Place
from kg.iris import DEFAULT_BASE, is_id, slug
from kg.ontology import RDFS_RESOURCE, SKOS_CONCEPT, SKOS_SCHEME, Ontology, Property, RecordClass
from kg.readings import DATED, READERS, Misread, Reading, Situation, pattern_reading
from kg.records.model import Record, Steps, Value, dotted
from kg.suggest import did_you_mean
from kg.transcripts import Extent

Problem = tuple[str, Steps, str, bool]
#: Writes the statements of one value: state, subject IRI, value, steps to it.
Emit = Callable[["State", str, Value, Steps], None]

_BRACES = re.compile(r"\{([a-z-]+)\}")
_CACHE_LIMIT = 200_000


class State:
    """What is known and gathered while one record is converted."""

    __slots__ = (
        "bulk", "id", "lines", "names", "out", "pending", "problems", "scope", "seen", "situation",
        "trace",
    )  # fmt: skip

    def __init__(self, record_id: str, situation: Situation, seen: set[str], bulk: bool) -> None:
        self.id = record_id
        self.scope = record_id.rpartition("/")[0]
        self.situation = situation
        self.bulk = bulk
        self.out: list[str] = []
        self.problems: list[Problem] = []
        self.names: dict[str, str] = {}
        self.seen = seen
        self.pending: list[tuple[str, str, tuple[str, ...], Steps]] = []
        self.trace: list[tuple[str, str, Steps]] | None = None if bulk else []


class Converter:
    """Converts the records of one archive; make one for each run.

    Parameters: `base` is the address under which ids become IRIs; `ids` has the ids of YAML
    records in `known`; `concepts` maps a scheme's IRI to the codes that records add to it;
    `extents` maps documents to their lines; `groups` are date-time groups of the archive, for
    suggestions.
    """

    def __init__(
        self,
        ontology: Ontology,
        ids: Ids,
        base: str = DEFAULT_BASE,
        concepts: Mapping[str, Mapping[str, str]] | None = None,
        extents: Mapping[str, Extent] | None = None,
        groups: frozenset[str] = frozenset(),
    ) -> None:
        self.ontology = ontology
        self.ids = ids
        self.base = base
        self.extents = extents or {}
        self.groups = groups
        self._codes = {
            iri: {code: f"<{concept.iri}>" for code, concept in scheme.codes.items()}
            for iri, scheme in ontology.schemes.items()
        }
        for scheme, own in (concepts or {}).items():
            codes = self._codes.setdefault(scheme, {})
            codes |= {code: f"<{base}{id_}>" for code, id_ in own.items()}
        self._schemes = {s.prefix: f"<{iri}>" for iri, s in ontology.schemes.items()}
        self._plans: dict[str, _ClassPlan] = {}
        self._seen: set[str] = set()
        self._annotator = self._compile_annotator()

    def convert(self, record: Record, locate_extent: Callable[[str], Extent] | None = None) -> State:
        """The statements and problems of one record, whose kind and id have been checked.

        Parameters: `locate_extent` reads what the record says of its transcript.
        """
        data = record.data
        class_ = self.ontology.records[data["record"]]
        plan = self.plan(class_)
        state = State(
            data["id"],
            Situation(
                zones=self.ontology.zones,
                groups=self.groups,
                resolve=lambda written: self.resolve(state, written),
                extent=self.extents.get,
                document=data["id"] if plan.has_extent else None,
                folder_extent=locate_extent,
            ),
            # Passages cited by several held records are written once; bulk forms forget them.
            set() if record.bulk else self._seen,
            record.bulk,
        )
        subject = self.base + data["id"]
        if state.trace is not None:
            state.trace.append((subject, "", ()))
        plan.emit(state, subject, data, (), ("record", "id"))
        return state

    def plan(self, class_: RecordClass) -> _ClassPlan:
        """The compiled form of a class."""
        plan = self._plans.get(class_.iri)
        if plan is None:
            plan = self._plans[class_.iri] = _ClassPlan(self, class_)
            plan.compile()
        return plan

    def resolve(self, state: State, written: str) -> str:
        """The whole id that a reference stands for in a record.

        An id of the archive stands for itself; `event/first-copy` for a thing of the same record; a
        name without `/` for the record of that name in the same folder of ids.
        """
        if written in self.ids.known:
            return written
        if "/" in written:
            first = written.split("/", 1)[0]
            return f"{state.id}/{written}" if first in self.ontology.slugs else written
        return f"{state.scope}/{written}" if state.scope else written

    # Values

    def compile_value(self, class_: RecordClass, prop: Property) -> Emit:
        """The function that writes one plain value of a property of a class."""
        if prop.reading == "field-name":
            return self._field_name(prop)
        if prop.reading == "edtf" and prop.datatype:
            return self._read_literal(prop)
        if prop.datatype:
            return self._literal(prop)
        if prop.ranges == (SKOS_SCHEME,):
            return self._coded(prop, self._schemes, "scheme")
        scheme = prop.scheme or (class_.scheme if prop.ranges == (SKOS_CONCEPT,) else None)
        if scheme and prop.ranges in ((SKOS_CONCEPT,), ()):
            name = scheme.rsplit("/", 1)[-1]
            return self._coded(prop, self._codes.setdefault(scheme, {}), f"code of `{name}`")
        if prop.reading:
            return self._read(prop)
        return self._reference(prop)

    def _literal(self, prop: Property) -> Emit:
        predicate = f"> <{prop.iri}> "
        datatype = prop.datatype or ""
        string = ntriples.string
        if datatype == ntriples.XSD + "string":

            def text(state: State, subject: str, value: str, steps: Steps) -> None:
                state.out.append(f"<{subject}{predicate}{string(value)} .\n")

            return text

        def typed(state: State, subject: str, value: str, steps: Steps) -> None:
            try:
                lexical = ntriples.canonical(value, datatype)
            except ValueError as error:
                state.problems.append(("KG119", steps, str(error), False))
                return
            state.out.append(f"<{subject}{predicate}{ntriples.typed(lexical, datatype)} .\n")

        return typed

    def _read_literal(self, prop: Property) -> Emit:
        predicate = f"> <{prop.iri}> "
        reader, datatype = READERS[prop.reading or ""], prop.datatype or ""

        def read(state: State, subject: str, value: str, steps: Steps) -> None:
            try:
                lexical = reader(value, state.situation).outputs["edtf"]
            except Misread as error:
                state.problems.append((error.code, steps, error.message, False))
            except KeyError:
                message = f"`{value}` is an instant where a date is wanted"
                state.problems.append(("KG121", steps, message, False))
            else:
                state.out.append(f"<{subject}{predicate}{ntriples.typed(lexical, datatype)} .\n")

        return read

    def _coded(self, prop: Property, codes: Mapping[str, str], what: str) -> Emit:
        predicate = f"> <{prop.iri}> "

        def coded(state: State, subject: str, value: str, steps: Steps) -> None:
            term = codes.get(value)
            if term is None and "/" in value:
                term = next((t for t in codes.values() if t == f"<{self.base}{value}>"), None)
            if term is None:
                message = f"no {what} is `{value}`{did_you_mean(value, codes)}"
                if len(codes) <= 12:
                    message += f" There are {', '.join(f'`{c}`' for c in sorted(codes)) or 'none'}."
                state.problems.append(("KG133", steps, message, False))
                return
            state.out.append(f"<{subject}{predicate}{term} .\n")

        return coded

    def _reference(self, prop: Property) -> Emit:
        predicate = f"> <{prop.iri}> "
        web = RDFS_RESOURCE in prop.ranges
        refer = self.referrer(prop)

        def reference(state: State, subject: str, value: str, steps: Steps) -> None:
            if web and "://" in value:
                if not ntriples.is_web_iri(value):
                    message = f"`{value}` is not an http or https address"
                    state.problems.append(("KG134", steps, message, False))
                    return
                state.out.append(f"<{subject}{predicate}<{value}> .\n")
                return
            term = refer(state, value, steps)
            if term:
                state.out.append(f"<{subject}{predicate}{term} .\n")

        return reference

    def referrer(self, prop: Property) -> Callable[[State, str, Steps], str | None]:
        """The function that turns a written reference of the property into an IRI and checks it."""
        classes = tuple(c for c in prop.ranges if c != RDFS_RESOURCE)
        if prop.reading:
            # What the reading makes itself cannot be referred to.
            classes = tuple(c for c in classes if self.ontology.classes[c].record)
        if RDFS_RESOURCE in prop.ranges and not classes:

            def refuse(state: State, value: str, steps: Steps) -> None:
                message = f"`{value}` is not an address; write it with http:// or https://"
                state.problems.append(("KG134", steps, message, False))

            return refuse
        known, base = self.ids.known, self.base
        right: dict[str, str] = {}

        def refer(state: State, value: str, steps: Steps) -> str | None:
            term = right.get(value)
            if term is not None:
                return term
            if not is_id(value):
                near = slug(value)
                hint = f"; did you mean `{near}`?" if near in known else "; ids are like `my-folder/d1`"
                state.problems.append(("KG131", steps, f"`{value}` is not an id{hint}", False))
                return None
            full = self.resolve(state, value)
            class_ = known.get(full)
            if class_ is None:
                state.pending.append((value, full, classes, steps))
            elif class_ not in classes:
                message = self.ontology.wrong_class(value, class_, classes)
                state.problems.append(("KG132", steps, message, False))
            elif full == value:
                right[value] = f"<{base}{full}>"
            return f"<{base}{full}>"

        return refer

    def _field_name(self, prop: Property) -> Emit:
        predicate = f"> <{prop.iri}> "

        def field_name(state: State, subject: str, value: str, steps: Steps) -> None:
            # The annotation stands in a list or alone below its thing, whose class is kept in names.
            above = state.names.get(subject.rsplit("/", 2)[0], "")
            class_ = self.ontology.classes.get(above)
            found = class_.fields.get(value) if class_ else None
            if found is None:
                hint = did_you_mean(value, class_.fields) if class_ else ""
                state.problems.append(("KG135", steps, f"no field `{value}` to annotate{hint}", False))
                return
            state.out.append(f"<{subject}{predicate}<{found.iri}> .\n")

        return field_name

    # Readings that make a thing of their own

    def reader(self, prop: Property) -> Callable[[str, Situation], Reading]:
        """The function that reads the text of a property's value."""
        if prop.reading == "parts":
            read = pattern_reading(prop.pattern or "(?P<subject>.*)")
        else:
            read = READERS[prop.reading or ""]
        if prop.reading not in DATED:
            return read
        cache: dict[tuple[str, Context | None], Reading] = {}

        def cached(text: str, situation: Situation) -> Reading:
            key = (text, situation.context)
            found = cache.get(key)
            if found is None:
                if len(cache) >= _CACHE_LIMIT:
                    cache.clear()
                found = cache[key] = read(text, situation)
            return found

        return cached

    def _read(self, prop: Property) -> Emit:
        class_ = next(
            c for c in map(self.ontology.classes.get, prop.ranges) if c is not None and not c.record
        )
        read = self.reader(prop)
        refer_within = refer_whole = None
        if prop.reading == "citation":
            # Lines are of a document, a source may be cited as a whole.
            holder = next((p for p in class_.fields.values() if p.output == "document"), prop)
            refer_within, refer_whole = self.referrer(holder), self.referrer(prop)
        predicate = f"> <{prop.iri}> "

        def emit(state: State, subject: str, value: Value, steps: Steps) -> None:
            text, more = (value, None) if type(value) is str else (value.get("value"), value)
            reading = None
            if text is not None:
                try:
                    reading = read(text, state.situation)
                except Misread as error:
                    state.problems.append((error.code, steps, error.message, False))
                    return
                doubts = len(state.problems) + len(state.pending)
                if reading.refers and refer_within and refer_whole:
                    refer = refer_whole if reading.whole else refer_within
                    term = refer(state, reading.refers, steps)
                    if reading.whole:
                        state.out.append(f"<{subject}{predicate}{term} .\n")
                        return
                # Where the document itself is in doubt, that is the one thing to be said.
                if reading.warning and doubts == len(state.problems) + len(state.pending):
                    state.problems.append((reading.warning[0], steps, reading.warning[1], False))
            plan = self.plan(class_)
            outputs = reading.outputs if reading else {}
            if reading and reading.name:
                node = self.base + reading.name
            else:
                given = {**outputs, **(more or {})}
                own = self.name(state, subject, class_, prop, given, steps)
                if own is None:
                    return
                node = own
            state.out.append(f"<{subject}{predicate}<{node}> .\n")
            if reading and reading.name:
                if node in state.seen and not more:
                    return
                state.seen.add(node)
            plan.emit(state, node, more or {}, steps, ("value", "id"), outputs)

        return emit

    # Things written inside records

    def name(
        self,
        state: State,
        above: str,
        class_: RecordClass,
        prop: Property,
        data: Mapping[str, Value],
        steps: Steps,
    ) -> str | None:
        """The IRI of a thing written inside another, or None where it has no name."""
        own = data.get("id")
        if own is not None:
            if type(own) is not str or not is_id(own) or "/" in own:
                message = f"`{own}` is no id for a thing inside a record; write it like `first-copy`"
                state.problems.append(("KG112", (*steps, "id"), message, False))
                return None
            iri = f"{above}/{class_.slug}/{own}"
        elif prop.limit == 1:
            iri = f"{above}/{prop.field}"
        else:
            part = self._pattern_name(class_, data)
            if not part:
                wants = f" or the fields of `{class_.pattern}`" if class_.pattern else ""
                message = f"this {class_.label} has no name; give it an `id`{wants}"
                state.problems.append(("KG141", steps, message, False))
                return None
            iri = f"{above}/{class_.slug}/{part}"
        if iri in state.names:
            short = iri.removeprefix(self.base)
            message = f"two things of this record would be named `{short}`; give each an `id`"
            state.problems.append(("KG142", steps, message, False))
            return None
        state.names[iri] = class_.iri
        return iri

    @staticmethod
    def _pattern_name(class_: RecordClass, data: Mapping[str, Value]) -> str:
        def part(match: re.Match[str]) -> str:
            value = data.get(match[1], "")
            if isinstance(value, dict):
                value = value.get("value") or value.get("written") or ""
            return slug(value) if isinstance(value, str) else ""

        return _BRACES.sub(part, class_.pattern or "").strip("-")

    # What is said of a single value

    def _compile_annotator(self) -> Callable[[State, str, Property, Value, Steps], None]:
        class_ = self.ontology.annotation
        link = next((p for p in self.ontology.properties.values() if p.role == "annotation"), None)
        if class_ is None or link is None:
            return lambda state, subject, prop, value, steps: state.problems.append(
                ("KG117", steps, "the ontology has no class for remarks on single values", False)
            )
        by_role = {p.role: p for p in class_.fields.values() if p.role}
        about, normal = by_role.get("annotated-property"), by_role.get("annotated-value")

        def annotate(state: State, subject: str, prop: Property, value: Value, steps: Steps) -> None:
            plain = value.get("value")
            name = prop.field or ""
            if prop.limit != 1:
                text = plain if isinstance(plain, str) else str(value.get("written", ""))
                name = f"{name}-{slug(text)}".rstrip("-")
            node = f"{subject}/{class_.slug}/{name}"
            if node in state.names:
                message = f"`{prop.field}` has two values that read `{plain}`; give one of them"
                state.problems.append(("KG142", steps, message, False))
                return
            state.names[node] = class_.iri
            state.out.append(f"<{subject}> <{link.iri}> <{node}> .\n")
            if about:
                state.out.append(f"<{node}> <{about.iri}> <{prop.iri}> .\n")
            if normal and isinstance(plain, str) and normal.field not in value:
                state.out.append(f"<{node}> <{normal.iri}> {ntriples.string(plain)} .\n")
            self.plan(class_).emit(state, node, value, steps, ("value",))

        return annotate

    def annotate(self, state: State, subject: str, prop: Property, value: Value, steps: Steps) -> None:
        """Writes what a mapping says of a single value of a property."""
        self._annotator(state, subject, prop, value, steps)


class _ClassPlan:
    """The compiled form of a class: a function for each field."""

    def __init__(self, converter: Converter, class_: RecordClass) -> None:
        self.converter = converter
        self.class_ = class_
        self.fields: dict[str, Emit] = {}
        self.outputs: dict[str, tuple[str, Emit]] = {}
        self.contexts: list[tuple[str, Callable[[str, Situation], Reading]]] = []
        self.has_extent = any(p.reading == "extent" for p in class_.fields.values())
        self.type_line = f"> {ntriples.RDF_TYPE} <{class_.iri}> .\n"

    def compile(self) -> None:
        """Makes the functions; apart from __init__ as classes lead to each other."""
        for name, prop in self.class_.fields.items():
            one = self.converter.compile_value(self.class_, prop)
            self.fields[name] = self._field(prop, one)
            if prop.output:
                self.outputs[prop.output] = (name, self._output(prop, one))
            if prop.context and prop.reading:
                self.contexts.append((name, self.converter.reader(prop)))

    def emit(
        self,
        state: State,
        subject: str,
        data: Mapping[str, Value],
        steps: Steps,
        passed: tuple[str, ...],
        outputs: Mapping[str, str] | None = None,
    ) -> None:
        """Writes the statements of one thing.

        Parameters: `passed` are names in the data that are no fields; `outputs` are the results of a
        reading, which fields given in the data override.
        """
        out = state.out
        out.append(f"<{subject}{self.type_line}")
        state.names[subject] = self.class_.iri
        trace = state.trace
        if trace is not None and steps:
            trace.append((subject, "", steps))
        context = state.situation.context
        if self.contexts:
            self._set_context(state, data)
        if outputs:
            for output, text in outputs.items():
                found = self.outputs.get(output)
                if found and found[0] not in data:
                    found[1](state, subject, text, steps)
        fields = self.fields
        for name, value in data.items():
            field = fields.get(name)
            if field is not None:
                field(state, subject, value, (*steps, name))
            elif name not in passed:
                self._unknown(state, name, (*steps, name))
        for name in self.class_.requires:
            if name not in data and not (outputs and self._output_given(name, outputs)):
                message = f"{self.class_.a_label} must say `{name}`: {self._meaning(name)}"
                state.problems.append(("KG115", steps, message, False))
        state.situation.context = context

    def _output_given(self, name: str, outputs: Mapping[str, str]) -> bool:
        return any(field == name and key in outputs for key, (field, _) in self.outputs.items())

    def _meaning(self, name: str) -> str:
        text = self.class_.fields[name].definition
        return text[:1].lower() + text[1:]

    def _unknown(self, state: State, name: str, steps: Steps) -> None:
        hint = did_you_mean(name, self.fields)
        if not hint:
            owners = sorted(c.label for c in self.converter.ontology.classes.values() if name in c.fields)
            hint = f"; it belongs to: {', '.join(owners)}" if owners else ""
        message = f"{self.class_.a_label} has no field `{name}`{hint}"
        state.problems.append(("KG114", steps, message, True))

    def _set_context(self, state: State, data: Mapping[str, Value]) -> None:
        """Takes month and year from the first field that gives them on its own."""
        before = state.situation.context
        for alone in (True, False):
            for name, read in self.contexts:
                value = data.get(name)
                text = value.get("value") if isinstance(value, dict) else value
                if type(text) is not str:
                    continue
                state.situation.context = None if alone else before
                try:
                    outputs = read(text, state.situation).outputs
                except Misread:
                    continue
                first, last = outputs.get("earliest", ""), outputs.get("latest", "")
                if first[:7] == last[:7] and re.match(r"[0-9]{4}-", first):
                    day = int(first[8:10]) if first[:10] == last[:10] else None
                    state.situation.context = Context(int(first[:4]), int(first[5:7]), day)
                    return
        state.situation.context = before

    def _output(self, prop: Property, one: Emit) -> Emit:
        """Writes a result of a reading; ids in it are whole, and checked where they were written."""
        if prop.datatype is None and SKOS_CONCEPT not in prop.ranges:
            predicate, base = f"> <{prop.iri}> ", self.converter.base

            def link(state: State, subject: str, value: str, steps: Steps) -> None:
                state.out.append(f"<{subject}{predicate}<{base}{value}> .\n")

            return link
        if prop.datatype and prop.reading:
            predicate, datatype = f"> <{prop.iri}> ", prop.datatype

            def literal(state: State, subject: str, value: str, steps: Steps) -> None:
                state.out.append(f"<{subject}{predicate}{ntriples.typed(value, datatype)} .\n")

            return literal
        return one

    def _field(self, prop: Property, one: Emit) -> Emit:
        """The function for all that a record may write in a field: one value, a list, a mapping."""
        converter = self.converter
        inline = converter.ontology.inline(prop) if not prop.reading else None
        has_reading = bool(prop.reading) and prop.datatype is None and prop.reading != "field-name"
        limit, iri = prop.limit, prop.iri

        def mapping(state: State, subject: str, value: Any, steps: Steps) -> None:
            if has_reading:
                if "value" in value and type(value["value"]) is not str:
                    message = "`value` is one text"
                    state.problems.append(("KG117", (*steps, "value"), message, False))
                    return
                one(state, subject, value, steps)
            elif inline:
                node = converter.name(state, subject, inline, prop, value, steps)
                if node is not None:
                    state.out.append(f"<{subject}> <{iri}> <{node}> .\n")
                    converter.plan(inline).emit(state, node, value, steps, ("id",))
            else:
                plain = value.get("value")
                if plain is not None:
                    if type(plain) is not str:
                        message = "`value` is one text; give a list of such mappings for several"
                        state.problems.append(("KG117", (*steps, "value"), message, False))
                        return
                    one(state, subject, plain, (*steps, "value"))
                converter.annotate(state, subject, prop, value, steps)

        def scalar(state: State, subject: str, value: Value, steps: Steps) -> None:
            kind = type(value)
            if kind is str and value:
                one(state, subject, value, steps)
            elif kind is dict and value:
                mapping(state, subject, value, steps)
            elif kind is bool:
                one(state, subject, "true" if value else "false", steps)
            elif kind is list:
                state.problems.append(("KG117", steps, "a list within a list", False))
            else:
                message = "the value is empty; leave the field out"
                state.problems.append(("KG118", steps, message, False))

        def field(state: State, subject: str, value: Value, steps: Steps) -> None:
            if state.trace is not None:
                state.trace.append((subject, iri, steps))
            if type(value) is not list:
                scalar(state, subject, value, steps)
            elif not value:
                scalar(state, subject, None, steps)
            elif limit is not None and len(value) > limit:
                message = f"{len(value)} values where there can be {limit}"
                state.problems.append(("KG116", steps, message, False))
            else:
                for place, each in enumerate(value):
                    scalar(state, subject, each, (*steps, place))

        return field


def pending_place(record: Record, steps: Steps) -> Place:
    """Where a reference stands that cannot be judged yet; bulk forms are located only if it fails."""
    if record.bulk:
        return Place(record.file, record.line, 0, dotted(steps))
    line, column = record.locate(steps, False)
    return Place(record.file, line, column, dotted(steps))
