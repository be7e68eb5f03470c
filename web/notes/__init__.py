"""Notes: what somebody noted beside a record, with every version kept."""
