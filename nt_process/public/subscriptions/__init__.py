"""Subscriptions by mail: asked for, confirmed behind a mailed link, told of each happening once, ended without a trace."""
