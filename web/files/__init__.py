"""Files on records: taken in, kept by their hash, handed out to those who may read the record."""
