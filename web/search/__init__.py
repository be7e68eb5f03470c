"""The search at the top of every page: a reference leads to its record, anything else to the schools."""
