# Models: one training an experiment and seed, and the embeddings of the split that is measured.


rule train_model:
    input:
        images="results/{dataset}/images.parquet",
        features="results/{dataset}/features.parquet",
        tokens=per_language("results/{dataset}/tokens/{language}.parquet"),
        vectors=per_language("results/{dataset}/vectors/{language}.parquet"),
        mappings=to_hub("results/{dataset}/mapping/{source}-{target}.parquet"),
        lexicons=both_ways("results/{dataset}/lexicon/{source}-{target}.parquet"),
        tracking=ancient("results/tracking.json"),
        code=code("train_model.py"),
    output:
        model=directory("results/{dataset}/models/{experiment}/seed{seed}/model"),
        history="results/{dataset}/models/{experiment}/seed{seed}/history.parquet",
    log:
        "logs/{dataset}/train_model/{experiment}-seed{seed}.log",
    conda:
        "../../envs/torch.yaml"
    threads: training_threads
    resources:
        mem_mb=8000,
        runtime=720,
        gpu=1,
    params:
        experiment=experiment_settings,
        state="results/{dataset}/models/{experiment}/seed{seed}/state",
        journal="results/{dataset}/models/{experiment}/seed{seed}/journal.jsonl",
    script:
        "../scripts/train_model.py"


rule embed_split:
    input:
        model="results/{dataset}/models/{experiment}/seed{seed}/model",
        images="results/{dataset}/images.parquet",
        features="results/{dataset}/features.parquet",
        tokens=per_language("results/{dataset}/tokens/{language}.parquet"),
        code=code("embed_split.py"),
    output:
        embeddings="results/{dataset}/models/{experiment}/seed{seed}/embeddings.parquet",
    log:
        "logs/{dataset}/embed_split/{experiment}-seed{seed}.log",
    conda:
        "../../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=8000,
        runtime=60,
        gpu=1,
    params:
        split=config["evaluation"]["split"],
    script:
        "../scripts/embed_split.py"
