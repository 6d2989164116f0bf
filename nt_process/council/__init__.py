"""The council's meetings: agenda, conflicts of interest, material, decisions, and minutes that are closed for ever."""
