"""What requests, tenders and providers share: who may broker, quotes, and the vetting policy."""
