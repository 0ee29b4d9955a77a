"""In: a delivered file of any kind. Out: its cells as a person sees them. Knows neither the index nor the office."""
