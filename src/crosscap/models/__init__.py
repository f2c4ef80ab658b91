"""The models: encoders, similarities, losses and the published systems as recipes."""
