"""Screening: what speaks against a submission, and what of it holds one back until somebody of the
staff has looked. Nothing is ever dropped.

`screen` finds what speaks against one, and `rules`, the firm's own, say what of that holds it;
`origins` are where submissions came from within a day, `disposable` knows throwaway addresses.
"""
