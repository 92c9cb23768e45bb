"""What launch.py does: the virtual environment, the app's server, the tests. Standard library only, no other room."""
