"""A linked-data knowledge graph of an archive of dispatches."""

__version__ = "0.1.0"
