"""What the workflow would run now, why, and for how long: from a dry run of Snakemake and the times of earlier jobs."""
