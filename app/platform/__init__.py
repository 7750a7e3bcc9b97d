"""What every domain stands on, and what knows no event and no domain: the `database`, the
`languages`, `telemetry`, `storage` for files, `http_client` for other people's servers, the
`outbound_hold`, and single files.
"""
