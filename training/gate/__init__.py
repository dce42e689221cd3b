"""The gate decides whether the challenger replaces the champion."""
