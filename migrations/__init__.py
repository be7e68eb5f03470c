"""The schema of the log and of the web layer's own tables, step by step. Views make their own tables."""
