"""Who was in school: who came to which school on which day, for whom, and what cleared them."""
