# What people read: the tracking store, the results with their tests, and the report.


rule initialise_tracking:
    input:
        code=code("initialise_tracking.py"),
    output:
        store="results/tracking.json",
    log:
        "logs/initialise_tracking.log",
    benchmark:
        "logs/initialise_tracking.tsv"
    priority: 100  # trainings write to the store
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=10,
    params:
        uri=config["tracking"]["uri"],
        experiment=config["tracking"]["experiment"],
    script:
        "../scripts/initialise_tracking.py"


rule summarize_results:
    input:
        metrics=["results/{dataset}/baselines/metrics.parquet", *all_metrics()],
        ranks=per_model("results/{dataset}/models/{experiment}/seed{seed}/ranks.parquet"),
        models=per_model("results/{dataset}/models/{experiment}/seed{seed}/model"),
        baseline_ranks="results/{dataset}/baselines/ranks.parquet",
        quarantined="results/{dataset}/quarantine.json",
        published=shipped("report/published"),
        code=code("summarize_results.py"),
    output:
        csv=report("results/{dataset}/summary/results.csv", category="Results"),
        markdown=report("results/{dataset}/summary/results.md", category="Results"),
        latex=report("results/{dataset}/summary/results.tex", category="Results"),
        tests=report("results/{dataset}/summary/tests.csv", category="Results"),
    log:
        "logs/{dataset}/summarize_results.log",
    benchmark:
        "logs/{dataset}/summarize_results.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        runs=RUNS,
        published=config["report"]["published"],
        zero_shot=zero_shot(),
        settings=chosen("evaluation", ["permutations", "seed"]),
    script:
        "../scripts/summarize_results.py"


rule write_report:
    input:
        results="results/{dataset}/summary/results.csv",
        tests="results/{dataset}/summary/tests.csv",
        images="results/{dataset}/images.parquet",
        captions="results/{dataset}/captions.parquet",
        quarantined="results/{dataset}/quarantine.json",
        checked="results/{dataset}/doctor.json",
        folder=image_folder(),
        models=per_model("results/{dataset}/models/{experiment}/seed{seed}/model"),
        histories=per_model("results/{dataset}/models/{experiment}/seed{seed}/history.parquet"),
        ranks=per_model("results/{dataset}/models/{experiment}/seed{seed}/ranks.parquet"),
        embeddings=per_model("results/{dataset}/models/{experiment}/seed{seed}/embeddings.parquet"),
        baseline_ranks="results/{dataset}/baselines/ranks.parquet",
        tagged=where_tagged(per_model("results/{dataset}/models/{experiment}/seed{seed}/tagged.parquet")),
        tags=where_tagged(["results/{dataset}/texts/tags.parquet"]),
        truth=where_tagged(["results/{dataset}/texts/tags-truth.parquet"]),
        coverages=word_coverages,
        lexicons=both_ways("results/{dataset}/lexicon/{source}-{target}.json"),
        mappings=to_hub("results/{dataset}/mapping/{source}-{target}.json"),
        translations=translation_reports(),
        overlaps=overlap_reports(),
        page=shipped("report/page"),
        published=shipped("report/published"),
        code=code("write_report.py"),
    output:
        page=report("results/{dataset}/report.html", category="Report"),
        comparison=report("results/{dataset}/summary/comparison.svg", category="Figures"),
        learning_curves=report("results/{dataset}/summary/learning_curves.svg", category="Figures"),
        trade_off=report("results/{dataset}/summary/trade_off.svg", category="Figures"),
    log:
        "logs/{dataset}/write_report.log",
    benchmark:
        "logs/{dataset}/write_report.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        context=config["report"]["context"],
        examples=examples(),
        comparing=comparing(),
        zero_shot=zero_shot(),
    script:
        "../scripts/write_report.py"


rule write_card:
    input:
        model="results/{dataset}/models/{experiment}/seed{seed}/model",
        metrics=metrics_of_model,
        images="results/{dataset}/images.parquet",
        captions="results/{dataset}/captions.parquet",
        quarantined="results/{dataset}/quarantine.json",
        code=code("write_card.py"),
    output:
        card=report("results/{dataset}/models/{experiment}/seed{seed}/card.md", category="Model cards"),
    log:
        "logs/{dataset}/write_card/{experiment}-seed{seed}.log",
    benchmark:
        "logs/{dataset}/write_card/{experiment}-seed{seed}.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=10,
    params:
        zero_shot=of_experiment("zero_shot"),
    script:
        "../scripts/write_card.py"


rule track_results:
    input:
        store="results/tracking.json",
        results="results/{dataset}/summary/results.csv",
        metrics=all_metrics(),
        models=per_model("results/{dataset}/models/{experiment}/seed{seed}/model"),
        code=code("track_results.py"),
    output:
        tracked="results/{dataset}/tracked.json",
    log:
        "logs/{dataset}/track_results.log",
    benchmark:
        "logs/{dataset}/track_results.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        journals=per_model("results/{dataset}/models/{experiment}/seed{seed}/journal.jsonl"),
        runs=per_model("{dataset}/{experiment}/seed{seed}"),
    script:
        "../scripts/track_results.py"


rule register_models:
    input:
        store="results/tracking.json",
        tracked="results/{dataset}/tracked.json",
        indexes=per_model("results/{dataset}/models/{experiment}/seed{seed}/index", registered_runs()),
        cards=per_model("results/{dataset}/models/{experiment}/seed{seed}/card.md", registered_runs()),
        code=code("register_models.py"),
        served=shipped("served.py"),
    output:
        registered="results/{dataset}/registered.json",
    log:
        "logs/{dataset}/register_models.log",
    benchmark:
        "logs/{dataset}/register_models.tsv"
    conda:
        "../../envs/search.yaml"
    threads: 1
    resources:
        mem_mb=memory(8000),
        runtime=60,
    params:
        runs=per_model("{dataset}/{experiment}/seed{seed}", registered_runs()),
    script:
        "../scripts/register_models.py"
