"""Tenders: who is invited to quote for a request, what they answer, and who is chosen."""
