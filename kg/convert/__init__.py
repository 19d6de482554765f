"""One record in, its statements out, as the ontology says.

The ontology is compiled once into one small function for each field of each class; converting a
record is then a walk over its data that calls them. Statements are lines of canonical N-Triples.
No property is named here: fields, datatypes, readings and codes all come from the ontology.
"""

from kg.convert.converter import Converter
from kg.convert.state import State, pending_place

__all__ = ["Converter", "State", "pending_place"]
