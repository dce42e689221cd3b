"""The kinds of output: one file each, whose `KIND` is the class; no list names them."""
