"""Whatever dies, nothing is lost: the promises of docs/reliability.md, on a whole site."""
