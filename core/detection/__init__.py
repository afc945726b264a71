"""Detection: from reconstructions to anomaly scores, thresholds and how often both are right."""
