"""The years of an authority, made by the product's own commands in memory: real events, in the order of time."""
