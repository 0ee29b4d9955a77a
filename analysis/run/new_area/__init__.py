"""From a delivered table to the folder of a new area: what is read off it, what is guessed, what is asked for."""
