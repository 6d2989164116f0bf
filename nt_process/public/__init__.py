"""The public site: what anybody may read, without signing in, the same for everyone."""
