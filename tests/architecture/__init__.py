"""The architecture's rules that a linter does not know; see docs/architecture.md."""
