# Benchmarks beside retrieval, of texts that belong to no image of the data set: similarity of sentences (sts) and
# tagging (tags). Their texts are tokenized as captions are, and embedded by embed_texts.


wildcard_constraints:
    benchmark="sts|tags",


rule read_similarity:
    input:
        files=similarity_parts(),
        code=code("read_similarity.py"),
    output:
        pairs="results/{dataset}/texts/sts-pairs.parquet",
        texts="results/{dataset}/texts/sts.parquet",
    log:
        "logs/{dataset}/read_similarity.log",
    benchmark:
        "logs/{dataset}/read_similarity.tsv"
    conda:
        "../../envs/text.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=10,
    params:
        files=similarity_files(),
    script:
        "../scripts/read_similarity.py"


rule read_tags:
    input:
        names=tag_file("names"),
        truth=tag_file("truth"),
        images="results/{dataset}/images.parquet",
        quarantined="results/{dataset}/quarantine.json",
        code=code("read_tags.py"),
    output:
        right="results/{dataset}/texts/tags-truth.parquet",
        texts="results/{dataset}/texts/tags.parquet",
    log:
        "logs/{dataset}/read_tags.log",
    benchmark:
        "logs/{dataset}/read_tags.tsv"
    conda:
        "../../envs/text.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=10,
    params:
        languages=LANGUAGES,
    script:
        "../scripts/read_tags.py"


rule tokenize_texts:
    input:
        texts="results/{dataset}/texts/{benchmark}.parquet",
        captions=text_tokens,
        code=code("tokenize_texts.py"),
    output:
        tokens="results/{dataset}/texts/{benchmark}-tokens.parquet",
        overlap="results/{dataset}/texts/{benchmark}-overlap.json",
    log:
        "logs/{dataset}/tokenize_texts/{benchmark}.log",
    benchmark:
        "logs/{dataset}/tokenize_texts/{benchmark}.tsv"
    conda:
        "../../envs/text.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=30,
    params:
        settings=config["tokens"],
    script:
        "../scripts/tokenize_texts.py"


rule evaluate_similarity:
    input:
        pairs="results/{dataset}/texts/sts-pairs.parquet",
        texts="results/{dataset}/models/{experiment}/seed{seed}/texts/sts.parquet",
        code=code("evaluate_similarity.py"),
    output:
        metrics="results/{dataset}/models/{experiment}/seed{seed}/similarity.parquet",
    log:
        "logs/{dataset}/evaluate_similarity/{experiment}-seed{seed}.log",
    benchmark:
        "logs/{dataset}/evaluate_similarity/{experiment}-seed{seed}.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=30,
    params:
        similarity=of_experiment("similarity"),
        settings=resampling(),
    script:
        "../scripts/evaluate_similarity.py"


rule evaluate_tagging:
    input:
        embeddings="results/{dataset}/models/{experiment}/seed{seed}/embeddings.parquet",
        texts="results/{dataset}/models/{experiment}/seed{seed}/texts/tags.parquet",
        truth="results/{dataset}/texts/tags-truth.parquet",
        code=code("evaluate_tagging.py"),
    output:
        metrics="results/{dataset}/models/{experiment}/seed{seed}/tagging.parquet",
        tagged="results/{dataset}/models/{experiment}/seed{seed}/tagged.parquet",
    log:
        "logs/{dataset}/evaluate_tagging/{experiment}-seed{seed}.log",
    benchmark:
        "logs/{dataset}/evaluate_tagging/{experiment}-seed{seed}.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        similarity=of_experiment("similarity"),
        languages=measured_languages,
        settings=resampling(),
    script:
        "../scripts/evaluate_tagging.py"
