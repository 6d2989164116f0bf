"""The register of documents without secrets (OSL 5:1–2): number, day, kind, from or to whom in kind, and the public case."""
