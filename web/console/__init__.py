"""The commands of the `sis` console script, a file for each thing that an administrator does."""
