"""Published figures, each with the document and the place it is printed."""
