"""What the service says of itself: help, contact, accessibility, cookies, privacy, its colours and its health."""
