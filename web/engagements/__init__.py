"""Engagements: specialists and trainers at work in schools, from proposed terms to what came of them."""
