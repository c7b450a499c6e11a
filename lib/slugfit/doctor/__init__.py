"""What an app's repository says that a deployment will trip over: checks over files alone."""
