"""The gate: may the challenger take the champion's place?"""
