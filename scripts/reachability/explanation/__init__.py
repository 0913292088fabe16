"""Answers for readers: codes with a sentence each, the commands of a repair, AWS's document."""
