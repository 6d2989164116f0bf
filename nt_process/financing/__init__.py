"""The money around the process: every calculation of the public documents, exact and explained.

Each subject has one file of pure functions (`grant`, `payments`, `solidarity`, `gainloss`,
`rebate_split`, `budget`, `orphan_grant`, `regional`), its published figures in `data/`, and one
layout in `layouts/` that the command and the pages share. `verification/` recomputes the printed
tables cell by cell.
"""
