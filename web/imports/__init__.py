"""Files taken in: each import is a record, begun at the command line, on a page or by API."""
