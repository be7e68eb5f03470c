"""Schools: found from any page, told apart, and each with its file."""
