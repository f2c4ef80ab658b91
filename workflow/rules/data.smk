# The data set: captions, tokens and image features.


scattergather:
    shards=config["features"]["shards"],


rule generate_scenes:
    input:
        code=code("generate_scenes.py"),
    output:
        captions="results/{dataset}/generated/captions.csv",
        images=directory("results/{dataset}/generated/images"),
        dictionaries=generated_dictionaries("results/{{dataset}}/generated/dictionaries/{source}-{target}{part}.txt"),
        tags="results/{dataset}/generated/tags.csv",
        image_tags="results/{dataset}/generated/image_tags.csv",
        similarity="results/{dataset}/generated/similarity.tsv",
    log:
        "logs/{dataset}/generate_scenes.log",
    benchmark:
        "logs/{dataset}/generate_scenes.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        settings=config["dataset"]["scenes"],
        languages=LANGUAGES,
    script:
        "../scripts/generate_scenes.py"


rule read_dataset:
    input:
        captions=caption_files(),
        folder=image_folder(),
        code=code("read_dataset.py"),
    output:
        images="results/{dataset}/images.parquet",
        captions="results/{dataset}/captions.parquet",
        quarantined="results/{dataset}/quarantine.json",
    log:
        "logs/{dataset}/read_dataset.log",
    benchmark:
        "logs/{dataset}/read_dataset.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        chosen=chosen("dataset", ["reader", "languages", "broken_photos"]),
        settings=reader_section(),
    script:
        "../scripts/read_dataset.py"


rule tokenize_captions:
    input:
        images="results/{dataset}/images.parquet",
        captions="results/{dataset}/captions.parquet",
        translations=translations,
        code=code("tokenize_captions.py"),
    output:
        tokens="results/{dataset}/tokens/{language}.parquet",
    log:
        "logs/{dataset}/tokenize_captions/{language}.log",
    benchmark:
        "logs/{dataset}/tokenize_captions/{language}.tsv"
    conda:
        "../../envs/text.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        given=config["translation"]["given"],
        settings=config["tokens"],
    script:
        "../scripts/tokenize_captions.py"


rule translate_captions:
    input:
        captions="results/{dataset}/captions.parquet",
        tokens=f"results/{{dataset}}/tokens/{HUB}.parquet",
        given=translation_file,
        model=translation_model,
        code=code("translate_captions.py"),
    output:
        translations="results/{dataset}/translations/{language}.parquet",
        report="results/{dataset}/translations/{language}.json",
    log:
        "logs/{dataset}/translate_captions/{language}.log",
    benchmark:
        "logs/{dataset}/translate_captions/{language}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=memory(8000),
        runtime=720,
        gpu=int(config["translation"]["method"] == "model"),
    params:
        settings=translation_settings(),
    script:
        "../scripts/translate_captions.py"


if config["features"]["precomputed"]:

    rule read_features:
        input:
            images="results/{dataset}/images.parquet",
            precomputed=config["features"]["precomputed"],
            names=feature_names(),
            code=code("read_features.py"),
        output:
            features="results/{dataset}/features.parquet",
        log:
            "logs/{dataset}/read_features.log",
        benchmark:
            "logs/{dataset}/read_features.tsv"
        conda:
            "../../envs/torch.yaml"
        threads: 1
        resources:
            mem_mb=memory(2000, holding="precomputed", times=given_features_held()),
            runtime=30,
        script:
            "../scripts/read_features.py"

else:

    rule extract_features:
        input:
            images="results/{dataset}/images.parquet",
            folder=image_folder(),
            weights=weight_files(),
            code=code("extract_features.py"),
        output:
            features=temp("results/{dataset}/features/{shard}-of-{shards}.parquet"),
        log:
            "logs/{dataset}/extract_features/{shard}-of-{shards}.log",
        benchmark:
            "logs/{dataset}/extract_features/{shard}-of-{shards}.tsv"
        conda:
            "../../envs/torch.yaml"
        threads: 2
        resources:
            mem_mb=memory(8000),
            runtime=240,
            gpu=1,
        params:
            shards=config["features"]["shards"],
            settings=chosen(
                "features",
                ["backbone", "weights", "crops", "resize", "crop", "batch_size"],
            ),
        script:
            "../scripts/extract_features.py"

    rule gather_features:
        input:
            shards=gather.shards("results/{{dataset}}/features/{scatteritem}.parquet"),
            code=code("gather_features.py"),
        output:
            features="results/{dataset}/features.parquet",
        log:
            "logs/{dataset}/gather_features.log",
        benchmark:
            "logs/{dataset}/gather_features.tsv"
        conda:
            "../../envs/torch.yaml"
        threads: 1
        resources:
            mem_mb=memory(4000),
            runtime=30,
        script:
            "../scripts/gather_features.py"
