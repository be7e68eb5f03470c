"""People: who they are, which posts they hold and held, and what is in their hands."""
