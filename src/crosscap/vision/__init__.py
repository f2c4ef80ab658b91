"""Images: backbones, crops and features."""
