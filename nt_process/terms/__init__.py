"""What an agreement says that can be computed: clauses, their order, and what a company owes under them.

A contract is an ordered row of clauses. `contract.evaluate` takes it with sales and counts and answers with
what is due to date, for each clause and for each package, region, unit and month, exact in öre. Nothing here
knows a person, a database or a clock; what a period adds is the difference between two answers.
"""
