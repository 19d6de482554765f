"""The converter of one archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kg.convert.state import State
from kg.convert.things import Things
from kg.convert.values import Values
from kg.dates import Zone
from kg.ids import Ids
from kg.iris import DEFAULT_BASE
from kg.ontology import Ontology
from kg.readings import Situation
from kg.records.model import Record
from kg.transcripts import Extent


class Converter:
    """Converts the records of one archive; make one for each run.

    Parameters: `base` is the address under which ids become IRIs; `ids` has the ids of YAML records in
    `known`; `concepts` maps a scheme's IRI to the codes that records add to it and their ids; `extents`
    maps documents to their lines; `groups` are date-time groups of the archive, for suggestions; `zones`
    are the zones of time, those of the ontology if none are given.
    """

    def __init__(
        self,
        ontology: Ontology,
        ids: Ids,
        base: str = DEFAULT_BASE,
        concepts: Mapping[str, Mapping[str, str]] | None = None,
        extents: Mapping[str, Extent] | None = None,
        groups: frozenset[str] = frozenset(),
        zones: tuple[Zone, ...] | None = None,
    ) -> None:
        self.ontology, self.base = ontology, base
        self.zones = ontology.zones if zones is None else zones
        self.extents, self.groups = extents or {}, groups
        codes = {
            iri: {code: f"<{concept.iri}>" for code, concept in scheme.codes.items()}
            for iri, scheme in ontology.schemes.items()
        }
        for scheme, own in (concepts or {}).items():
            added = {code: f"<{base}{id_}>" for code, id_ in own.items()}
            codes.setdefault(scheme, {}).update(added)
        self._values = Values(ontology, ids, base, codes)
        self._things = Things(ontology, self._values, base)
        self._seen: set[str] = set()

    def convert(self, record: Record, locate_extent: Callable[[str], Extent] | None = None) -> State:
        """The statements and problems of one record, whose kind and id have been checked.

        Parameters: `locate_extent` reads what the record says of its transcript.
        """
        data = record.data
        plan = self._things.plan(self.ontology.records[data["record"]])
        situation = Situation(
            zones=self.zones,
            groups=self.groups,
            resolve=lambda written: self._values.resolve(state, written),
            extent=self.extents.get,
            document=data["id"] if plan.has_extent else None,
            folder_extent=locate_extent,
        )
        # Passages that several held records cite are written once; bulk forms forget them.
        seen = set() if record.bulk else self._seen
        state = State(data["id"], situation, seen, record.bulk)
        subject = self.base + data["id"]
        if state.trace is not None:
            state.trace.append((subject, "", ()))
        plan.emit(state, subject, data, (), ("record", "id"))
        if plan.code_field and plan.code_field not in data:
            plan.fields[plan.code_field](state, subject, data["id"].rpartition("/")[2], ("id",))
        return state
