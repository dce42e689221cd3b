"""What reports say of one kind of output only: a module or package of the kind's name each."""
