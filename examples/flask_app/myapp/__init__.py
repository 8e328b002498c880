"""What the application and its migrations have in common."""
