"""Records of visit: written, assured, issued, answered by the school, and seen by its governors."""
