"""What outside files tell of schools, taken into their records: only what is new, a thousand changes at a time."""
