"""Replaying dead letters, after a preview of what that would do (docs/decisions, 9).

`service` freezes a set, and starts or cancels its replay; `preview` rehearses the handlers behind
`closed_doors` and says what is `foreseen`; `advance` puts the letters back, a step at a time.
"""
