"""Support requests: what schools ask for, and how each is answered."""
