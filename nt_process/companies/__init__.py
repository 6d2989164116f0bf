"""Companies at their own door: registration, their people, messages in their cases, meetings and slots."""
