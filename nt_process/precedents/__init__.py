"""What was decided on which grounds, kept so that a later case can be held against it, with only what may be told."""
