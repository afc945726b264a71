"""The parts of the page that draws."""
