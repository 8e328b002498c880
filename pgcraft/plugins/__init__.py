"""What factories are made of: one plugin a module."""
