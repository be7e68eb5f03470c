"""The caseload: what is due, overdue and waiting, for the person who asks, their team, a school or everybody."""
