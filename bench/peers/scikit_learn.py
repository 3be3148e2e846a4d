"""The same work in scikit-learn, of trees in LightGBM: prints seconds by name as JSON. Started by bench/, once for each benchmark,
with a folder that holds the data, and gives its result to be compared."""
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


def columns(rows):
    """The data that the benchmark wrote: float32 columns, here as rows."""
    import numpy as np

    return np.ascontiguousarray(np.fromfile(f"{sys.argv[2]}/x", np.float32).reshape(-1, rows).T)


def scaler():
    from sklearn.preprocessing import StandardScaler

    x = columns(1_000_000)
    fitted = StandardScaler().fit(x)
    seconds = {"fit": median(lambda: StandardScaler().fit(x)), "transform": median(lambda: fitted.transform(x))}
    return {**seconds, "result": [*fitted.mean_, *fitted.scale_]}


def network(epochs=5):
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    x = columns(100_000)
    y = np.fromfile(f"{sys.argv[2]}/y", np.uint8)
    fit = lambda: MLPClassifier((100,), max_iter=epochs, tol=0, n_iter_no_change=1000, random_state=1).fit(x, y)
    return {"train": median(fit, 3), "result": [fit().score(x, y)]}


def predict():
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    x = columns(1_000_000)
    model = MLPClassifier((100,), max_iter=1, random_state=1).fit(x[:1000], x[:1000, 0] > 0)
    given = json.load(open(f"{sys.argv[2]}/weights"))
    model.coefs_ = [np.array(w, np.float32) for w in given["coefs"]]
    model.intercepts_ = [np.array(b, np.float32) for b in given["intercepts"]]
    return {"predict": median(lambda: model.predict_proba(x), 3), "result": model.predict_proba(x[:1000])[:, 1].tolist()}


def top():
    import numpy as np

    x, y = (np.fromfile(f"{sys.argv[2]}/{name}", np.float32).reshape(-1, 64) for name in "xy")

    def run():
        found = []
        for i in range(0, len(x), 1000):
            s = x[i : i + 1000] @ y.T
            best = np.argpartition(-s, 10, axis=1)[:, :10]
            found.append(np.take_along_axis(best, np.argsort(-np.take_along_axis(s, best, 1), axis=1), 1))
        return found

    return {"top": median(run, 2), "result": run()[0].ravel().tolist()}


def trees(rounds=200):
    import os

    import lightgbm
    import numpy as np

    x = columns(os.path.getsize(f"{sys.argv[2]}/x") // 80)
    y = np.fromfile(f"{sys.argv[2]}/y", np.uint8)
    model = lightgbm.LGBMClassifier(n_estimators=rounds, n_jobs=1, verbose=-1)
    fit = lambda: model.fit(x, y)
    seconds = {"train": median(fit, 3)}
    booster = model.booster_
    seconds["predict"] = median(lambda: booster.predict(x, num_threads=1), 3)
    seconds["contributions"] = median(lambda: booster.predict(x[:5000], pred_contrib=True, num_threads=1), 3)
    p = np.clip(booster.predict(x), 1e-9, 1 - 1e-9)
    return {**seconds, "result": [float(-np.mean(np.where(y, np.log(p), np.log(1 - p))))]}


def more_trees(rounds=200):
    import lightgbm
    import numpy as np

    x = columns(1_000_000)
    y = np.fromfile(f"{sys.argv[2]}/y", np.uint8)

    def once(run):
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    one, two = (lightgbm.LGBMClassifier(n_estimators=rounds, n_jobs=threads, verbose=-1) for threads in (1, 2))
    seconds = {"train": once(lambda: one.fit(x, y)), "train2": once(lambda: two.fit(x, y))}
    booster = two.booster_
    seconds["predict"] = once(lambda: booster.predict(x, num_threads=1))
    p = np.clip(booster.predict(x), 1e-9, 1 - 1e-9)
    return {**seconds, "result": [float(-np.mean(np.where(y, np.log(p), np.log(1 - p))))]}


def gaussian():
    import numpy as np
    from sklearn.naive_bayes import GaussianNB

    x = columns(1_000_000)
    y = np.fromfile(f"{sys.argv[2]}/y", np.uint8)
    model = GaussianNB().fit(x, y)
    seconds = {"fit": median(lambda: GaussianNB().fit(x, y)), "predict": median(lambda: model.predict(x), 3)}
    return {**seconds, "result": [*model.theta_.ravel().tolist(), *model.var_.ravel().tolist()]}


def multinomial():
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.naive_bayes import MultinomialNB

    kinds = {"indptr": np.int32, "indices": np.int32, "values": np.float32, "y": np.uint8}
    data = {name: np.fromfile(f"{sys.argv[2]}/{name}", kind) for name, kind in kinds.items()}
    shape = (len(data["y"]), json.load(open(f"{sys.argv[2]}/columns"))["columns"])
    x = csr_matrix((data["values"].astype(float), data["indices"], data["indptr"]), shape)
    model = MultinomialNB().fit(x, data["y"])
    seconds = {"fit": median(lambda: MultinomialNB().fit(x, data["y"])), "predict": median(lambda: model.predict(x))}
    return {**seconds, "result": model.predict_log_proba(x[:1000]).ravel().tolist()}


def text():
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    texts = json.load(open(f"{sys.argv[2]}/texts"))["texts"]
    ngrams = tuple(json.load(open(f"{sys.argv[2]}/how"))["ngrams"])
    y = np.fromfile(f"{sys.argv[2]}/y", np.uint8)
    run = lambda: TfidfVectorizer(ngram_range=ngrams).fit_transform(texts)
    with threadpool_limits(1):
        x = run()
        fit = lambda: LogisticRegression().fit(x, y)
        model = fit()
        seconds = {"transform": median(run, 3), "fit": median(fit, 3)}
    z = model.decision_function(x)
    loss = np.logaddexp(0, np.where(y == 1, -z, z)).sum() + (model.coef_**2).sum() / 2
    return {**seconds, "result": [x.nnz, float(x.sum()), float(loss)]}


def main(work):
    jobs = {"scaler": scaler, "train": network, "predict": predict, "top": top, "trees": trees, "more_trees": more_trees}
    jobs.update({"gaussian": gaussian, "multinomial": multinomial, "text": text})
    print(json.dumps(jobs[work]()))


main(sys.argv[1])
