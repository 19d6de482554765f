"""The converter of one archive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from kg.convert.state import State
from kg.convert.things import ClassPlan, Things
from kg.convert.values import Values
from kg.dates import Zone
from kg.ids import Ids
from kg.iris import DEFAULT_BASE
from kg.ontology import Ontology
from kg.readings import Situation
from kg.records.model import Record
from kg.transcripts import Extent, NotFound


class Converter:
    """Converts the records of one archive; make one for each run.

    Parameters: `base` is the address under which ids become IRIs; `ids` has the ids of YAML records in
    `known`; `concepts` maps a scheme's IRI to the codes that records add to it and their ids; `extents`
    maps documents to their lines; `groups` are date-time groups of the archive, for suggestions; `zones`
    are the zones of time, those of the ontology if none are given; `doubtful` has the ids of records that
    are wrong themselves.
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
        doubtful: Collection[str] = (),
    ) -> None:
        self.ontology, self.base = ontology, base
        self.zones = ontology.zones if zones is None else zones
        self.extents, self.groups, self.doubtful = extents or {}, groups, doubtful
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
        own = self._own_extent(record, plan, locate_extent)
        situation = Situation(
            zones=self.zones,
            groups=self.groups,
            resolve=lambda written: self._values.resolve(state, written),
            extent=lambda id_: own if own and id_ == data["id"] else self.extents.get(id_),
            doubtful=self.doubtful,
            document=data["id"] if plan.extent_field else None,
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

    @staticmethod
    def _own_extent(
        record: Record, plan: ClassPlan, locate_extent: Callable[[str], Extent] | None
    ) -> Extent | None:
        """The lines of a document in bulk, which nobody has looked up before."""
        text = record.data.get(plan.extent_field) if record.bulk and plan.extent_field else None
        if not isinstance(text, str) or locate_extent is None:
            return None
        try:
            return locate_extent(text)
        except NotFound:  # reported when the field is read
            return None
