"""The models of two published studies, trained here on the same data and served."""
