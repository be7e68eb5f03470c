"""How the application is served: requests read whole before they cost a thread, workers replaced when they die."""
