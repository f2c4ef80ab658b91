# Crosscap: from images and captions to measured multilingual embeddings. Edit config.yaml, then: snakemake --cores all
from snakemake.utils import min_version

min_version("9.20")


configfile: workflow.source_path("config.yaml")


include: "workflow/rules/common.smk"


wildcard_constraints:
    dataset=config["dataset"]["name"],
    language="[a-z]{2}",
    source="[a-z]{2}",
    target="[a-z]{2}",
    experiment="[a-z0-9-]+",
    seed=r"\d+",


include: "workflow/rules/files.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/parameters.smk"
include: "workflow/rules/doctor.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/words.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/benchmarks.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/fetch.smk"


rule all:
    default_target: True
    input:
        targets(),


rule fetch:
    input:
        downloads(),
