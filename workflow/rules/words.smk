# Words: vocabularies, vectors, dictionaries, the maps of each language's vectors into the hub's space, and sentences.


rule build_vocabulary:
    input:
        tokens="results/{dataset}/tokens/{language}.parquet",
        vectors=vectors_of_untrained,
        code=code("build_vocabulary.py"),
    output:
        vocabulary="results/{dataset}/vocabulary/{language}.parquet",
    log:
        "logs/{dataset}/build_vocabulary/{language}.log",
    benchmark:
        "logs/{dataset}/build_vocabulary/{language}.tsv"
    conda:
        "../../envs/text.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        settings=config["vocabulary"],
    script:
        "../scripts/build_vocabulary.py"


if config["vectors"]["source"] == "train":

    rule train_vectors:
        input:
            tokens="results/{dataset}/tokens/{language}.parquet",
            vocabulary="results/{dataset}/vocabulary/{language}.parquet",
            extra_text=extra_text,
            code=code("train_vectors.py"),
        output:
            vectors="results/{dataset}/vectors/{language}.parquet",
            coverage="results/{dataset}/vectors/{language}.json",
        log:
            "logs/{dataset}/train_vectors/{language}.log",
        benchmark:
            "logs/{dataset}/train_vectors/{language}.tsv"
        conda:
            "../../envs/text.yaml"
        threads: 1
        resources:
            mem_mb=memory(8000),
            runtime=120,
        params:
            settings=vector_training(),
        script:
            "../scripts/train_vectors.py"

else:

    rule select_vectors:
        input:
            tokens="results/{dataset}/tokens/{language}.parquet",
            vocabulary="results/{dataset}/vocabulary/{language}.parquet",
            source=vector_file,
            code=code("select_vectors.py"),
        output:
            vectors="results/{dataset}/vectors/{language}.parquet",
            coverage="results/{dataset}/vectors/{language}.json",
        log:
            "logs/{dataset}/select_vectors/{language}.log",
        benchmark:
            "logs/{dataset}/select_vectors/{language}.tsv"
        conda:
            "../../envs/text.yaml"
        threads: 1
        resources:
            mem_mb=memory(16000),
            runtime=60,
        params:
            settings=chosen("vectors", ["seed"]),
        script:
            "../scripts/select_vectors.py"


rule build_lexicon:
    input:
        full=dictionary("{source}-{target}.txt"),
        test=dictionary("{source}-{target}.0-5000.txt"),
        extra=dictionary("{source}-{target}.5000-6500.txt"),
        reverse_test=dictionary("{target}-{source}.0-5000.txt"),
        source_vocabulary="results/{dataset}/vocabulary/{source}.parquet",
        target_vocabulary="results/{dataset}/vocabulary/{target}.parquet",
        code=code("build_lexicon.py"),
    output:
        lexicon="results/{dataset}/lexicon/{source}-{target}.parquet",
        report="results/{dataset}/lexicon/{source}-{target}.json",
    log:
        "logs/{dataset}/build_lexicon/{source}-{target}.log",
    benchmark:
        "logs/{dataset}/build_lexicon/{source}-{target}.tsv"
    conda:
        "../../envs/text.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        settings=chosen("lexicon", ["protocol"]),
    script:
        "../scripts/build_lexicon.py"


rule align_vectors:
    input:
        source_vectors="results/{dataset}/vectors/{source}.parquet",
        target_vectors="results/{dataset}/vectors/{target}.parquet",
        lexicon="results/{dataset}/lexicon/{source}-{target}.parquet",
        code=code("align_vectors.py"),
    output:
        mapping="results/{dataset}/mapping/{source}-{target}.parquet",
        report="results/{dataset}/mapping/{source}-{target}.json",
    log:
        "logs/{dataset}/align_vectors/{source}-{target}.log",
    benchmark:
        "logs/{dataset}/align_vectors/{source}-{target}.tsv"
    conda:
        "../../envs/text.yaml"
    threads: 2
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        settings=config["alignment"],
    script:
        "../scripts/align_vectors.py"


rule encode_sentences:
    input:
        tokens="results/{dataset}/tokens/{language}.parquet",
        captions=where_encoded_by("model", raw_captions),
        vectors=where_encoded_by("vectors", word_vectors),
        mappings=where_encoded_by("vectors", maps_to_hub),
        files=encoder_files,
        code=code("encode_sentences.py"),
    output:
        sentences="results/{dataset}/sentences/{language}.parquet",
    log:
        "logs/{dataset}/encode_sentences/{language}.log",
    benchmark:
        "logs/{dataset}/encode_sentences/{language}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=memory(8000),
        runtime=240,
        gpu=int(config["sentences"]["source"] == "model"),
    params:
        settings=sentence_settings(),
    script:
        "../scripts/encode_sentences.py"


rule encode_texts:
    input:
        tokens="results/{dataset}/texts/{benchmark}-tokens.parquet",
        captions=where_encoded_by("model", text_captions),
        vectors=where_encoded_by("vectors", word_vectors),
        mappings=where_encoded_by("vectors", maps_to_hub),
        files=encoder_files,
        code=code("encode_texts.py"),
    output:
        sentences="results/{dataset}/texts/{benchmark}-sentences.parquet",
    log:
        "logs/{dataset}/encode_texts/{benchmark}.log",
    benchmark:
        "logs/{dataset}/encode_texts/{benchmark}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 2
    resources:
        mem_mb=memory(8000),
        runtime=240,
        gpu=int(config["sentences"]["source"] == "model"),
    params:
        settings=sentence_settings(),
        languages=LANGUAGES,
    script:
        "../scripts/encode_texts.py"
