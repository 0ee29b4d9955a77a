"""In: a frame and words. Out: a figure with alternative text made from its data. Knows no week and no file."""
