"""Where files are kept outside the database: in a `folder` or an `s3` bucket, which share one
`protocol`, as the `address` in UPLOADS_URL says. The attached files and the ledger of erasures each
have a part of it."""
