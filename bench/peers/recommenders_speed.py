"""Seconds of a sweep of `implicit`'s ALS and of NumPy's float32 inverse. Started by bench/recommenders-speed.ts.

    recommenders_speed.py USERS ITEMS PAIRS RANK THREADS CATALOGUE
"""
import json, sys, time
import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

users, items, pairs, rank, threads, catalogue = map(int, sys.argv[1:])
draw = np.random.default_rng(3)
more = pairs * 5 // 4
all = np.unique(draw.integers(0, users, more) * items + (draw.random(more) ** 2 * items).astype(np.int64))
all = np.sort(draw.permutation(all)[:pairs])
x = csr_matrix((np.ones(len(all), dtype=np.float32), (all // items, all % items)), shape=(users, items))


def fit(iterations):
    model = AlternatingLeastSquares(factors=rank, iterations=iterations, num_threads=threads, random_state=1)
    start = time.perf_counter()
    model.fit(x, show_progress=False)
    return time.perf_counter() - start


fit(1)
sweep = (fit(5) - fit(1)) / 4
b = draw.random((2 * catalogue, catalogue), dtype=np.float32)
gram = b.T @ b + 300 * np.eye(catalogue, dtype=np.float32)
start = time.perf_counter()
np.linalg.inv(gram)
print(json.dumps({"sweep": sweep, "inverse": time.perf_counter() - start}))
