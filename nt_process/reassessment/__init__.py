"""When a recommendation is assessed again, what may reopen its case, and what is to be known by then."""
