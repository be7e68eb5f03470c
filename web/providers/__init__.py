"""Providers: who can help, what they offer, and what is known of their vetting."""
