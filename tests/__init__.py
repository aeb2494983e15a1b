"""The test suite; a package, so that its helpers are importable by name."""
