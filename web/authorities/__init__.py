"""Several authorities in one deployment: each has a database of its own, and a directory says where."""
