"""Training: batches, the loop and its checkpoints."""
