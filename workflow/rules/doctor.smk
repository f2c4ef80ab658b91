# Before all else, by its priority: what the settings name is there and sound, and how much of it will be of use.
# No rule but the report's waits for it: Snakemake overlooks what else changed of jobs behind an ancient() input that is
# made anew.
from dataclasses import asdict

from crosscap.doctor.inputs import inputs_of

INPUTS = inputs_of(config)


rule check_inputs:
    input:
        files=INPUTS.files(),
        code=code("check_inputs.py"),
    output:
        checked="results/{dataset}/doctor.json",
    log:
        "logs/{dataset}/check_inputs.log",
    benchmark:
        "logs/{dataset}/check_inputs.tsv"
    priority: 100
    conda:
        "../../envs/text.yaml"
    threads: 1
    resources:
        mem_mb=memory(8000),
        runtime=60,
    params:
        inputs=asdict(INPUTS),
    script:
        "../scripts/check_inputs.py"
