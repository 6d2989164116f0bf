"""Requests for documents: asked by anybody, judged and answered by the secretariat, fetched behind a code."""
