"""The migrations of this floor's rows: made by Django, never edited after a release."""
