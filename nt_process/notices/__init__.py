"""What people are told: in the application, by mail at once or daily, and in their own calendar."""
