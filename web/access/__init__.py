"""Who is asking, what their posts let them do, and what is kept from them."""
