"""Records as they are written: plain data, and where each value of it stands."""

from kg.records.model import Record, Value
from kg.records.read import RECORD_SUFFIXES, read_records, record_files

__all__ = ["RECORD_SUFFIXES", "Record", "Value", "read_records", "record_files"]
