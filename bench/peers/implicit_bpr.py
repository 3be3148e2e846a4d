"""BPR of the `implicit` package on the pairs of a file: writes each user's top 10 unseen items. Started by bench/ranking.ts."""
import json, sys, time
import numpy as np
from implicit.bpr import BayesianPersonalizedRanking
from scipy.sparse import csr_matrix

job = json.load(open(sys.argv[1]))
users, items = np.array(job["users"]), np.array(job["items"])
matrix = csr_matrix((np.ones(len(users), dtype=np.float32), (users, items)), shape=(job["nUsers"], job["nItems"]))
model = BayesianPersonalizedRanking(factors=job["rank"], iterations=job["iterations"], random_state=job["seed"], num_threads=2)
start = time.perf_counter()
model.fit(matrix, show_progress=False)
seconds = time.perf_counter() - start
asked = np.array(job["asked"])
ids, _ = model.recommend(asked, matrix[asked], N=10)
print(json.dumps({"lists": ids.tolist(), "seconds": seconds}))
