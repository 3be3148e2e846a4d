"""The same work in scikit-learn: prints seconds by name as JSON. Started by bench/, once for each benchmark."""
import json, statistics, sys, time, warnings

warnings.filterwarnings("ignore")


def median(run, times=5):
    run()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def scaler():
    import numpy as np
    from sklearn.preprocessing import StandardScaler

    x = np.random.default_rng(1).random((1_000_000, 50), dtype=np.float32)
    fitted = StandardScaler().fit(x)
    return {"fit": median(lambda: StandardScaler().fit(x)), "transform": median(lambda: fitted.transform(x))}


def network(columns, epochs=5):
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    rng = np.random.default_rng(1)
    x = rng.standard_normal((100_000, columns), dtype=np.float32)
    y = (x[:, 0] + x[:, 1] * x[:, 2] > 0).astype(int)
    fit = lambda: MLPClassifier((100,), max_iter=epochs, tol=0, n_iter_no_change=1000, random_state=1).fit(x, y)
    return {"train": median(fit, 3)}


def predict():
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    rng = np.random.default_rng(1)
    x = rng.standard_normal((1_000_000, 20), dtype=np.float32)
    model = MLPClassifier((100,), max_iter=2, random_state=1).fit(x[:10_000], x[:10_000, 0] > 0)
    return {"predict": median(lambda: model.predict_proba(x), 3)}


def main(work):
    jobs = {"scaler": scaler, "train20": lambda: network(20), "train100": lambda: network(100), "predict": predict}
    print(json.dumps(jobs[work]()))


main(sys.argv[1])
