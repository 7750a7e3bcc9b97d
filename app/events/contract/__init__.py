"""What a reader outside relies on: the message on the wire (`cloudevents`), the `schema` of what it
carries, and the `catalog` of both: in words for people, as `asyncapi` for programs, with an
`example` of each.
"""
