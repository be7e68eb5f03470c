"""The schema of the log and of the door's own tables, step by step. Views make their own tables."""
