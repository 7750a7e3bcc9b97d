"""Nothing is lost, whatever dies: tests the promises of docs/reliability.md on a whole site."""
