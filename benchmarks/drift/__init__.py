"""Detection of graded shifts beside other drift libraries, at the same false-alarm rate."""
