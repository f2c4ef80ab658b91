"""Data sets on disk, read and checked into the images and captions tables."""
