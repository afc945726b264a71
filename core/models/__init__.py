"""Models: what to train, how, what came out, how it answers. TensorFlow only in `networks` and `training`."""
