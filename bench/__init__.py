"""How fast the product is, beside the database alone and the plain library in the same minutes."""
