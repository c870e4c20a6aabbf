"""A run read as an advisor would: symptoms, diagnoses, remedies."""
