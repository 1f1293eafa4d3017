"""What stands for the Agent on a test host: copied there, and run by its embedded Python."""
