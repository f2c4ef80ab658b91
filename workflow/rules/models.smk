# Models: one training an experiment and seed, and the embeddings of the split that is measured.


rule train_model:
    input:
        images="results/{dataset}/images.parquet",
        features="results/{dataset}/features.parquet",
        tokens=per_language("results/{dataset}/tokens/{language}.parquet"),
        vectors=where("vectors", per_language("results/{dataset}/vectors/{language}.parquet")),
        vocabularies=where("vocabulary", per_language("results/{dataset}/vocabulary/{language}.parquet")),
        mappings=where("mapping", to_hub("results/{dataset}/mapping/{source}-{target}.parquet")),
        lexicons=where("lexicon", both_ways("results/{dataset}/lexicon/{source}-{target}.parquet")),
        sentences=where("sentences", per_language("results/{dataset}/sentences/{language}.parquet")),
        captions=where("captions", raw_captions),
        pretrained=pretrained_text,
        code=code("train_model.py"),
    output:
        model=directory("results/{dataset}/models/{experiment}/seed{seed}/model"),
        history="results/{dataset}/models/{experiment}/seed{seed}/history.parquet",
    log:
        "logs/{dataset}/train_model/{experiment}-seed{seed}.log",
    benchmark:
        "logs/{dataset}/train_model/{experiment}-seed{seed}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: of_experiment("training", "threads")
    resources:
        mem_mb=memory(8000, holding="features", times=1.1),
        runtime=720,
        gpu=1,
    params:
        experiment=training_settings,
        state="results/{dataset}/models/{experiment}/seed{seed}/state",
        journal="results/{dataset}/models/{experiment}/seed{seed}/journal.jsonl",
    script:
        "../scripts/train_model.py"


rule add_language:
    input:
        model="results/{dataset}/models/{experiment}/seed{seed}/model",
        vectors="results/{dataset}/vectors/{language}.parquet",
        hub_vectors=vectors_of_hub,
        lexicon=lexicon_to_hub,
        code=code("add_language.py"),
    output:
        added="results/{dataset}/models/{experiment}/seed{seed}/languages/{language}.parquet",
        report="results/{dataset}/models/{experiment}/seed{seed}/languages/{language}.json",
    log:
        "logs/{dataset}/add_language/{experiment}-seed{seed}-{language}.log",
    benchmark:
        "logs/{dataset}/add_language/{experiment}-seed{seed}-{language}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        settings=chosen("alignment", ["iterations", "learning_rate", "neighbours", "orthogonal"]),
    script:
        "../scripts/add_language.py"


rule embed_split:
    input:
        model="results/{dataset}/models/{experiment}/seed{seed}/model",
        images="results/{dataset}/images.parquet",
        features="results/{dataset}/features.parquet",
        tokens=per_language("results/{dataset}/tokens/{language}.parquet", measured_languages),
        added=added_languages,
        sentences=where("sentences", per_language("results/{dataset}/sentences/{language}.parquet", measured_languages)),
        captions=where("captions", raw_captions),
        code=code("embed_split.py"),
    output:
        embeddings="results/{dataset}/models/{experiment}/seed{seed}/embeddings.parquet",
    log:
        "logs/{dataset}/embed_split/{experiment}-seed{seed}.log",
    benchmark:
        "logs/{dataset}/embed_split/{experiment}-seed{seed}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=memory(8000, holding="features", times=1.1),
        runtime=60,
        gpu=1,
    params:
        split=config["evaluation"]["split"],
        zero_shot=of_experiment("zero_shot"),
    script:
        "../scripts/embed_split.py"


rule embed_texts:
    input:
        model="results/{dataset}/models/{experiment}/seed{seed}/model",
        tokens="results/{dataset}/texts/{benchmark}-tokens.parquet",
        added=added_languages,
        sentences=where("sentences", text_features),
        captions=where("captions", text_captions),
        code=code("embed_texts.py"),
    output:
        embeddings="results/{dataset}/models/{experiment}/seed{seed}/texts/{benchmark}.parquet",
    log:
        "logs/{dataset}/embed_texts/{experiment}-seed{seed}-{benchmark}.log",
    benchmark:
        "logs/{dataset}/embed_texts/{experiment}-seed{seed}-{benchmark}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=60,
        gpu=1,
    params:
        zero_shot=of_experiment("zero_shot"),
    script:
        "../scripts/embed_texts.py"
