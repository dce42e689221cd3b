"""Compare the detection of graded shifts with other libraries at the same false-alarm rate."""
