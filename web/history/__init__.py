"""What happened, as people read it: sentences, the history of a record, and where each record is found."""
