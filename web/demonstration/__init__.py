"""Wexmoor, an authority that does not exist: its register of schools and its people, made from a seed and a day."""
