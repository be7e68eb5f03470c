"""Concerns about schools, and the interventions that some become."""
