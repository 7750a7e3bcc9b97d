"""Screening: finds signals against a submission and, if the firm's rules say so, holds it until a
member of staff has looked. Nothing is ever dropped.

`screen` finds the signals, and `rules` says which combinations hold a submission.
`origins` counts where submissions came from within a day; `disposable` knows throwaway addresses.
"""
