"""Where files are kept, outside the database: a `folder` or a bucket of `s3`, by UPLOADS_URL. The
attached files have one place in it, and the ledger of erasures has another."""
