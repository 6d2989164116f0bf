"""A person's own settings: language, how they are told, their calendar and their API tokens."""
