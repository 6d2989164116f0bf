"""The rules of introduction: pure functions of values."""
