"""What an account instance costs the Agent that it runs in."""
