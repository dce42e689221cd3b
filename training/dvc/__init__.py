"""DVC: the remote that keeps data and models."""
