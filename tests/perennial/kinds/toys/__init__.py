"""A kind of input and a kind of output as a fork would add them: a file each."""
