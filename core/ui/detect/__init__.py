"""The parts of the threshold lab."""
