"""What the log is guarded with: personal data sealed, events chained, the whole signed."""
