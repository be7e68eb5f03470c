"""Visits to schools: planned, confirmed, held or missed, and how many core visits each school had in a term."""
