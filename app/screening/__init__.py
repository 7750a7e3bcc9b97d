"""Screening: what speaks against a submission, and what of it holds one back until somebody of the
staff has looked. Nothing is ever dropped."""
