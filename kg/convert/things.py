"""Things: the compiled form of a class, and what its fields may hold besides plain values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kg import ntriples
from kg.convert.naming import thing_iri
from kg.convert.state import Emit, State
from kg.convert.values import Values
from kg.dates import Context
from kg.iris import is_id, slug
from kg.ontology import SKOS_CONCEPT, Ontology, Property, RecordClass
from kg.readings import DATED, READERS, Misread, Reading, Situation, pattern_reading
from kg.records.model import Steps, Value
from kg.suggest import did_you_mean

Read = Callable[[str, Situation], Reading]

_CACHE_LIMIT = 4_096
_NOTHING: Mapping[str, Value] = {}
_NAMED_BY_PLACE = "a passage has no field `id`; it is named after its place"
#: Stands for the IRI of a thing in rendered text; no term can contain the character.
_SUBJECT = "\0"


class Things:
    """Compiles classes, each once and when it is first needed, as they lead to each other."""

    def __init__(self, ontology: Ontology, values: Values, base: str) -> None:
        self.ontology, self.values, self.base = ontology, values, base
        self._plans: dict[str, ClassPlan] = {}
        self.annotate = self._annotator()

    def plan(self, class_: RecordClass) -> ClassPlan:
        """The compiled form of a class."""
        plan = self._plans.get(class_.iri)
        if plan is None:
            plan = self._plans[class_.iri] = ClassPlan(self, class_)
            plan.compile()
        return plan

    def reader(self, prop: Property) -> Read:
        """The function that reads the text of a property's value."""
        if prop.reading == "parts":
            return pattern_reading(prop.pattern or "(?P<subject>.*)")
        read = READERS[prop.reading or ""]
        if prop.reading == "citation":
            return self._citations(read)
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

    def _citations(self, read: Read) -> Read:
        """A reader of citations that remembers those whose document has the same id everywhere."""
        cache: dict[str, Reading] = {}
        known = self.values.ids.known

        def cited(text: str, situation: Situation) -> Reading:
            found = cache.get(text)
            if found is None:
                found = read(text, situation)
                if found.refers in known:
                    if len(cache) >= _CACHE_LIMIT:
                        cache.clear()
                    cache[text] = found
            return found

        return cited

    def read_thing(self, prop: Property) -> Emit:
        """The function for values whose reading makes a thing: a time-span, a passage, a file code."""
        class_ = next(
            c for c in map(self.ontology.classes.get, prop.ranges) if c is not None and not c.record
        )
        read, base = self.reader(prop), self.base
        refer_within = refer_whole = None
        if prop.reading == "citation":
            # Lines are of a document; a source may be cited as a whole.
            holder = next((p for p in class_.fields.values() if p.output == "document"), prop)
            refer_within, refer_whole = self.values.referrer(holder), self.values.referrer(prop)
        predicate = f"> <{prop.iri}> "
        recurs = prop.reading in DATED
        rendered: dict[tuple[str, Context | None], str] = {}

        def reading_of(state: State, subject: str, text: str, steps: Steps) -> Reading | None:
            """The reading, None if it failed or was only a reference to a whole source."""
            try:
                reading = read(text, state.situation)
            except Misread as error:
                # Where the record's own date cannot be read, that is the one thing to be said.
                if not (recurs and not prop.context and state.dateless and state.situation.context is None):
                    state.problem(error.code, steps, error.message)
                return None
            doubts = len(state.problems) + len(state.pending)
            if reading.refers and refer_within and refer_whole:
                term = (refer_whole if reading.whole else refer_within)(state, reading.refers, steps)
                if reading.whole:
                    state.out.append(f"<{subject}{predicate}{term} .\n")
                    return None
            # Where the document itself is in doubt, that is the one thing to be said.
            if reading.warning and doubts == len(state.problems) + len(state.pending):
                state.problem(reading.warning[0], steps, reading.warning[1])
            return reading

        def emit(state: State, subject: str, value: Value, steps: Steps) -> None:
            text, more = (value, _NOTHING) if type(value) is str else (value.get("value"), value)
            reading = None
            if prop.reading == "citation" and more and not self._may_say_more(state, text, more, steps):
                return
            if prop.reading == "extent" and "id" in more:
                state.problem("KG114", (*steps, "id"), _NAMED_BY_PLACE, at_key=True)
                return
            if text is not None:
                reading = reading_of(state, subject, text, steps)
                if reading is None:
                    return
            outputs: Mapping[str, str] = reading.outputs if reading else {}
            if reading and reading.name:
                node: str | None = base + reading.name
            else:
                given = {**outputs, **more} if more else outputs
                node = thing_iri(state, subject, class_, prop, given, steps, base)
            if node is None:
                return
            state.out.append(f"<{subject}{predicate}<{node}> .\n")
            if reading and reading.name:
                if node in state.seen:
                    outputs = {}
                    if not more:
                        return
                state.seen.add(node)
            plan = self.plan(class_)
            if more:
                plan.emit(state, node, more, steps, ("value", "id"), outputs)
                return
            # Times recur, so what they become is rendered once; passages do not.
            key = (text, state.situation.context)
            tail = rendered.get(key)
            if tail is None:
                tail = plan.render(outputs)
                if recurs:
                    if len(rendered) >= _CACHE_LIMIT:
                        rendered.clear()
                    rendered[key] = tail
            plan.emit_rendered(state, node, tail, steps)

        return emit

    def _may_say_more(self, state: State, text: Value, more: Mapping[str, Value], steps: Steps) -> bool:
        """Whether a mapping can be evidence: it cites something, and a place of which more can be said."""
        if text is None:
            advice = "say `value: document:lines` or `value: source, place`"
            state.problem("KG144", steps, f"no evidence is given; {advice}")
        elif "id" in more:
            state.problem("KG114", (*steps, "id"), _NAMED_BY_PLACE, at_key=True)
        elif len(more) > 1 and is_id(text):
            advice = f"give the place, as in `{text}, page 3`"
            message = f"`{text}` is cited as a whole, and nothing can be said of that; {advice}"
            state.problem("KG144", steps, message)
        else:
            return True
        return False

    def _annotator(self) -> Callable[[State, str, Property, Value, Steps], None]:
        """The function that writes what a mapping says of a single value of a property."""
        class_ = self.ontology.annotation
        link = next((p for p in self.ontology.properties.values() if p.role == "annotation"), None)
        if class_ is None or link is None:
            return lambda state, subject, prop, value, steps: state.problem(
                "KG117", steps, "the ontology has no class for remarks on single values"
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
                state.problem("KG142", steps, message)
                return
            state.names[node] = class_.iri
            state.out.append(f"<{subject}> <{link.iri}> <{node}> .\n")
            if about:
                state.out.append(f"<{node}> <{about.iri}> <{prop.iri}> .\n")
            if normal and isinstance(plain, str) and normal.field not in value:
                state.out.append(f"<{node}> <{normal.iri}> {ntriples.string(plain)} .\n")
            self.plan(class_).emit(state, node, value, steps, ("value",))

        return annotate


class ClassPlan:
    """The compiled form of a class: a function for each field and for each output of a reading."""

    def __init__(self, things: Things, class_: RecordClass) -> None:
        self.things, self.class_ = things, class_
        self.fields: dict[str, Emit] = {}
        self.plain: dict[str, Emit] = {}
        self.required = frozenset(class_.requires)
        self._context_of: dict[str, Context] = {}
        self.outputs: dict[str, tuple[str, Callable[[str], str]]] = {}
        self.contexts: list[tuple[str, Read]] = []
        self.in_full: list[str] = []
        self.extent_field = next((n for n, p in class_.fields.items() if p.reading == "extent"), None)
        self.type_line = f"> {ntriples.RDF_TYPE} <{class_.iri}> .\n"
        roles = {p.role: name for name, p in class_.fields.items()} if class_.iri == SKOS_CONCEPT else {}
        self.code_field = roles.get("code-of")

    def compile(self) -> None:
        """Makes the functions; apart from __init__ as classes lead to each other."""
        for name, prop in self.class_.fields.items():
            self.fields[name] = self._field(prop, name)
            if prop.output:
                self.outputs[prop.output] = (name, self._output(prop))
            if prop.context and prop.reading:
                self.contexts.append((name, self.things.reader(prop)))
                for made in filter(None, map(self.things.ontology.classes.get, prop.ranges)):
                    self.in_full += [n for n, p in made.fields.items() if p.output == "edtf"]

    def emit(
        self,
        state: State,
        subject: str,
        data: Mapping[str, Value],
        steps: Steps,
        passed: tuple[str, ...],
        outputs: Mapping[str, str] = _NOTHING,
    ) -> None:
        """Writes the statements of one thing.

        Parameters: `passed` are names in the data that are no fields; `outputs` are the results of a
        reading, which fields given in the data override.
        """
        state.names[subject] = self.class_.iri
        if state.trace is not None and steps:
            state.trace.append((subject, "", steps))
        context = state.situation.context
        if self.contexts:
            self._set_context(state, data)
        if outputs:
            own = self.outputs
            outputs = {k: v for k, v in outputs.items() if k in own and own[k][0] not in data}
            state.out.append(f"<{subject}{self.render(outputs)}".replace(_SUBJECT, subject))
        else:
            state.out.append(f"<{subject}{self.type_line}")
        fields, plain = self.fields, self.plain if state.trace is None else _NOTHING
        for name, value in data.items():
            if type(value) is str and name in plain and value and not value.isspace():
                plain[name](state, subject, value, (*steps, name))
                continue
            field = fields.get(name)
            if field is not None:
                field(state, subject, value, (*steps, name))
            elif name not in passed:
                self._unknown(state, name, (*steps, name))
        for name in () if self.required <= data.keys() else self.class_.requires:
            if name not in data and not any(self.outputs[key][0] == name for key in outputs):
                state.problem("KG115", steps, self.class_.must_say(name))
        state.situation.context = context

    def render(self, outputs: Mapping[str, str]) -> str:
        """Type and outputs of a thing as text, from the end of its IRI on, with a mark for its IRI."""
        known = [(self.outputs[name][1], text) for name, text in outputs.items() if name in self.outputs]
        return f"<{_SUBJECT}".join([self.type_line, *(render(text) for render, text in known)])

    def emit_rendered(self, state: State, subject: str, rendered: str, steps: Steps) -> None:
        """Writes the statements of a thing that is all made by a reading."""
        state.names[subject] = self.class_.iri
        if state.trace is not None and steps:
            state.trace.append((subject, "", steps))
        state.out.append(f"<{subject}{rendered}".replace(_SUBJECT, subject))

    def _unknown(self, state: State, name: str, steps: Steps) -> None:
        hint = did_you_mean(name, self.fields)
        if not hint:
            classes = self.things.ontology.classes.values()
            owners = sorted(c.label for c in classes if name in c.fields)
            hint = f"; it belongs to: {', '.join(owners)}" if owners else ""
        message = f"{self.class_.a_label} has no field `{name}`{hint}"
        state.problem("KG114", steps, message, at_key=True)

    def _set_context(self, state: State, data: Mapping[str, Value]) -> None:
        """Takes month and year from the first field that gives them on its own."""
        before = state.situation.context
        first = data.get(self.contexts[0][0])
        known = self._context_of.get(first) if type(first) is str else None
        if known is not None:
            state.situation.context = known
            return
        for alone in (True, False):
            for name, read in self.contexts:
                value = data.get(name)
                text = value.get("value") if isinstance(value, dict) else value
                if type(text) is not str and isinstance(value, dict):
                    # A time given in full says its day in the field that a reading would fill.
                    edtf = next((f for f in self.in_full if isinstance(value.get(f), str)), "")
                    text = value.get(edtf)
                if type(text) is not str:
                    continue
                state.situation.context = None if alone else before
                try:
                    outputs = read(text, state.situation).outputs
                except Misread:
                    continue
                context = _month(outputs.get("earliest", ""), outputs.get("latest", ""))
                if context:
                    state.situation.context = context
                    if alone and value is first and type(first) is str:
                        if len(self._context_of) >= _CACHE_LIMIT:
                            self._context_of.clear()
                        self._context_of[first] = context
                    return
        state.situation.context = before
        state.dateless = state.dateless or any(name in data for name, _ in self.contexts)

    def _output(self, prop: Property) -> Callable[[str], str]:
        """What a result of a reading becomes, from the predicate on; results are in canonical form.

        Ids in it are whole, and have been checked where they were written.
        """
        predicate = f"> <{prop.iri}> "
        if prop.datatype == f"{ntriples.XSD}string":
            return lambda text: f"{predicate}{ntriples.string(text)} .\n"
        if prop.datatype:
            datatype = prop.datatype
            return lambda text: f"{predicate}{ntriples.typed(text, datatype)} .\n"
        if prop.scheme and prop.ranges == (SKOS_CONCEPT,):
            return lambda text: f"{predicate}<{prop.scheme}#{text}> .\n"
        base = self.things.base
        return lambda text: f"{predicate}<{base}{text}> .\n"

    # What a field may hold

    def _field(self, prop: Property, name: str) -> Emit:
        """The function for all that a record may write in a field: one value, a list, a mapping."""
        makes_thing = bool(prop.reading) and prop.datatype is None and prop.reading != "field-name"
        one = self.things.read_thing(prop) if makes_thing else self.things.values.compile(self.class_, prop)
        self.plain[name] = one
        mapping = self._mapping(prop, one, makes_thing)

        def scalar(state: State, subject: str, value: Value, steps: Steps) -> None:
            kind = type(value)
            if kind is str and value and not value.isspace():
                one(state, subject, value, steps)
            elif kind is dict and value:
                mapping(state, subject, value, steps)
            elif kind is bool:
                one(state, subject, "true" if value else "false", steps)
            elif kind is list and value:
                state.problem("KG117", steps, "a list within a list; write one list")
            else:
                state.problem("KG118", steps, "the value is empty; leave the field out")

        limit, iri = prop.limit, prop.iri
        one_text = limit == 1 and prop.datatype == f"{ntriples.XSD}string"

        def field(state: State, subject: str, value: Value, steps: Steps) -> None:
            if state.trace is not None:
                state.trace.append((subject, iri, steps))
            if type(value) is not list or not value:
                scalar(state, subject, value or None if type(value) is list else value, steps)
            elif one_text:
                advice = "put text that begins with `[` in single quotes"
                state.problem("KG117", steps, f"a list where there is one text; {advice}")
            elif limit is not None and len(value) > limit:
                state.problem("KG116", steps, f"{len(value)} values where there can be {limit}")
            else:
                for place, each in enumerate(value):
                    scalar(state, subject, each, (*steps, place))

        return field

    def _mapping(self, prop: Property, one: Emit, makes_thing: bool) -> Emit:
        """The function for a mapping: a thing written inside, or a value with what is said of it."""
        things = self.things
        inline = things.ontology.inline(prop) if not prop.reading else None
        if inline:
            class_ = inline

            def inside(state: State, subject: str, value: Any, steps: Steps) -> None:
                node = thing_iri(state, subject, class_, prop, value, steps, things.base)
                if node is not None:
                    state.out.append(f"<{subject}> <{prop.iri}> <{node}> .\n")
                    things.plan(class_).emit(state, node, value, steps, ("id",))

            return inside

        def annotated(state: State, subject: str, value: Any, steps: Steps) -> None:
            plain = value.get("value")
            if type(plain) is bool:
                plain = "true" if plain else "false"
            if "value" in value and (plain is None or plain == "" or str(plain).isspace()):
                state.problem("KG118", (*steps, "value"), "the value is empty; leave the field out")
            elif "value" in value and type(plain) is not str:
                message = "`value` is one text; give a list of such mappings for several"
                state.problem("KG117", (*steps, "value"), message)
            elif makes_thing:
                one(state, subject, value, steps)
            else:
                if plain is not None:
                    one(state, subject, plain, (*steps, "value"))
                things.annotate(state, subject, prop, value, steps)

        return annotated


def _month(first: str, last: str) -> Context | None:
    """The month, and the day if there is but one, between two instants; None if there are several."""
    if first[:7] != last[:7] or not re.match(r"(?!0000)[0-9]{4}-", first):
        return None
    return Context(int(first[:4]), int(first[5:7]), int(first[8:10]) if first[:10] == last[:10] else None)
