# Search: an index of what an experiment was measured on, for crosscap search and crosscap serve.


rule build_index:
    input:
        model="results/{dataset}/models/{experiment}/seed{seed}/model",
        embeddings="results/{dataset}/models/{experiment}/seed{seed}/embeddings.parquet",
        images="results/{dataset}/images.parquet",
        features="results/{dataset}/features.parquet",
        captions=raw_captions,
        photos=image_folder(),
        added=added_languages,
        vectors=where("sentences", where_encoded_by("vectors", word_vectors)),
        mappings=where("sentences", where_encoded_by("vectors", maps_to_hub)),
        encoder=model_files(sentence_encoder()),
        code=code("build_index.py"),
    output:
        index=directory("results/{dataset}/models/{experiment}/seed{seed}/index"),
    log:
        "logs/{dataset}/build_index/{experiment}-seed{seed}.log",
    benchmark:
        "logs/{dataset}/build_index/{experiment}-seed{seed}.tsv"
    conda:
        "../../envs/search.yaml"
    threads: 1
    resources:
        mem_mb=memory(8000),
        runtime=60,
    params:
        zero_shot=of_experiment("zero_shot"),
        encoder=sentence_encoder(),
        network=network_settings(),
    script:
        "../scripts/build_index.py"
