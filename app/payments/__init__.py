"""Payments: the deposit that a client owes after agreeing, by card or by bank transfer."""
