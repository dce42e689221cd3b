"""The promises that every model keeps, as named checks that a fork runs on its own models too."""
