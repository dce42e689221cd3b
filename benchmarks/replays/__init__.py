"""Claim: on streams that change, the loop as shipped beats never training again and a clock."""
