"""Duijie: a supply-demand marketplace for public data."""

__version__ = "0.1.0"
