"""The Compare page: what it stands on, and its parts."""
