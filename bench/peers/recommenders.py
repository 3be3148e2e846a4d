"""Recommenders of others on the pairs of a file: `implicit`'s ALS, cosine and BM25 neighbours, and EASE by NumPy (Steck 2019).

Writes the 10 best of each user asked for, by name: of all items that the user has not had, or of the candidates given. Started by
bench/recommenders.ts.
"""
import json, sys, time
import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
from scipy.sparse import csr_matrix

job = json.load(open(sys.argv[1]))
users, items = job["nUsers"], job["nItems"]
x = csr_matrix((np.ones(len(job["users"]), dtype=np.float32), (job["users"], job["items"])), shape=(users, items))
x.data[:] = 1
asked, candidates = np.array(job["asked"]), job.get("candidates")
EASE_ITEMS = 6000


def best(score):
    """score(users) gives a dense row of scores for each."""
    lists = []
    for first in range(0, len(asked), 256):
        some = asked[first : first + 256]
        scores = np.array(score(some), dtype=np.float64)
        for r, u in enumerate(some):
            row = scores[r]
            if candidates:
                own = np.sort(candidates[first + r])  # not the held-out one first
                lists.append(own[np.argsort(-row[own], kind="stable")[:10]].tolist())
                continue
            row[x[u].indices] = -np.inf
            top = np.argpartition(-row, 10)[:10]
            lists.append(top[np.argsort(-row[top], kind="stable")].tolist())
    return lists


out = {}
for name, make in [
    ("implicit ALS", lambda seed: AlternatingLeastSquares(factors=64, random_state=seed, num_threads=2)),
    ("implicit cosine", lambda seed: CosineRecommender(K=200, num_threads=2)),
    ("implicit BM25", lambda seed: BM25Recommender(K=200, num_threads=2)),
]:
    out[name] = []
    for seed in job["seeds"] if name == "implicit ALS" else job["seeds"][:1]:
        model = make(seed)
        start = time.perf_counter()
        model.fit(x, show_progress=False)
        seconds = time.perf_counter() - start
        if name == "implicit ALS":
            score = lambda some: model.user_factors[some] @ model.item_factors.T
        else:
            score = lambda some: (x[some] @ model.similarity).toarray()
        out[name].append({"lists": best(score), "seconds": seconds})
if items <= EASE_ITEMS:
    start = time.perf_counter()
    p = np.linalg.inv((x.T @ x).toarray() + 300 * np.eye(items, dtype=np.float32))
    w = -p / np.diag(p)
    np.fill_diagonal(w, 0)
    out["EASE, NumPy"] = [{"seconds": time.perf_counter() - start, "lists": best(lambda some: x[some] @ w)}]
print(json.dumps(out))
