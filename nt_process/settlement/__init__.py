"""Settlement: sales and counts taken in, what is due under each agreement computed, approved, stated and disputed."""
