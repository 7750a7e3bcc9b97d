"""What readers outside rely on: the message on the wire (`cloudevents`) and the `schema` of its
payload. `catalog` describes every event type for people, `asyncapi` for programs, each with an
`example`.
"""
