"""Whether results are what the workflow made: files against manifests, and metrics and summary against ranks."""
