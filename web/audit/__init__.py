"""The audit trail: everything that happened, for those who answer for the service and those who review it."""
