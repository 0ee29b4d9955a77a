"""In: a delivered file of any kind. Out: its cells as they are shown. Knows neither the index nor the office."""
