"""The user's project: its code runs in a process of its own, in the user's environment."""
