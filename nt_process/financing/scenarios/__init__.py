"""From what a person chose (a year, a file, other thresholds) to a laid-out calculation.

Everything not chosen comes from the published parameters of the year, with their source. The
command and the pages call these functions, so the same choice gives the same figures in both.
Files are bytes of CSV or XLSX. All of them raise BadInput for what cannot be used.
"""

from nt_process.kernel.messages import N_

OWN_FILE = N_("The file handed in")
