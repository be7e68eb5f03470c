"""Readers of outside sources, one file per source: a file goes in, plain rows or row problems come out.

Every reader checks the file's columns before it yields anything and raises a `WrongFile` if they are
not its own. After that nothing raises: a bad row or cell is a `RowProblem` with its line and reason.
"""
