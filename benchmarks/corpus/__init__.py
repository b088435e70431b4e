"""What is known of real packages after they were tried, beside what was once recorded."""
