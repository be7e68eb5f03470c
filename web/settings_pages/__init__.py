"""What an authority sets for itself: its name, and settings that are each in force from a day on."""
