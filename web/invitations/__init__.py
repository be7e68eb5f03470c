"""Invitations: tenders as the invited providers see them, each its own place and nothing of others."""
