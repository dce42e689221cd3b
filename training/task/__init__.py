"""What a task is: its interface, where its files are, and how tasks are found."""
