"""What the measurements have in common: a record with views, its twins, and how times are taken and shown."""
