"""Images: MNIST and its splits, and handwriting → 28×28."""
