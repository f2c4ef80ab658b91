# Measuring, on the CPU: ranks and metrics of retrieval, the alignment ratio, and the baselines beside them.


rule evaluate_retrieval:
    input:
        embeddings="results/{dataset}/models/{experiment}/seed{seed}/embeddings.parquet",
        code=code("evaluate_retrieval.py"),
    output:
        ranks="results/{dataset}/models/{experiment}/seed{seed}/ranks.parquet",
        metrics="results/{dataset}/models/{experiment}/seed{seed}/metrics.parquet",
    log:
        "logs/{dataset}/evaluate_retrieval/{experiment}-seed{seed}.log",
    benchmark:
        "logs/{dataset}/evaluate_retrieval/{experiment}-seed{seed}.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 2
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        similarity=of_experiment("similarity"),
        languages=measured_languages,
        benchmark=DATASET,
        settings=measuring(),
    script:
        "../scripts/evaluate_retrieval.py"


rule evaluate_translation:
    input:
        model="results/{dataset}/models/{experiment}/seed{seed}/model",
        lexicons=both_ways("results/{dataset}/lexicon/{source}-{target}.parquet"),
        code=code("evaluate_translation.py"),
    output:
        translation="results/{dataset}/models/{experiment}/seed{seed}/translation.parquet",
    log:
        "logs/{dataset}/evaluate_translation/{experiment}-seed{seed}.log",
    benchmark:
        "logs/{dataset}/evaluate_translation/{experiment}-seed{seed}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        neighbours=config["evaluation"]["neighbours"],
    script:
        "../scripts/evaluate_translation.py"


rule evaluate_baselines:
    input:
        images="results/{dataset}/images.parquet",
        features="results/{dataset}/features.parquet",
        tokens=per_language("results/{dataset}/tokens/{language}.parquet"),
        code=code("evaluate_baselines.py"),
    output:
        ranks="results/{dataset}/baselines/ranks.parquet",
        metrics="results/{dataset}/baselines/metrics.parquet",
    log:
        "logs/{dataset}/evaluate_baselines.log",
    benchmark:
        "logs/{dataset}/evaluate_baselines.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 2
    resources:
        mem_mb=memory(8000, holding="features", times=0.5),
        runtime=60,
    params:
        benchmark=DATASET,
        split=config["evaluation"]["split"],
        settings=measuring(),
    script:
        "../scripts/evaluate_baselines.py"
