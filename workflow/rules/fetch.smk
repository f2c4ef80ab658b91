# Downloads, on request only: `snakemake --cores 1 fetch` brings what fetch.items lists; no other rule asks for it.


rule fetch_item:
    input:
        code=code("fetch_item.py"),
    output:
        # update: an earlier receipt stays until the new one is written, since it tells what need not come again
        receipt=update(f"{config['fetch']['folder']}/.receipts/{{item}}.json"),
    log:
        "logs/fetch_item/{item}.log",
    benchmark:
        "logs/fetch_item/{item}.tsv"
    wildcard_constraints:
        item="[a-z0-9-]+",
    localrule: True
    conda:
        "../../envs/text.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=720,
    params:
        mirrors=config["fetch"]["mirrors"],
    script:
        "../scripts/fetch_item.py"
