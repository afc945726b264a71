"""Views: arrays in, pictures out. They never compute, show or cache."""
