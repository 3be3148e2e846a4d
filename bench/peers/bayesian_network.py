"""Structure learning by pgmpy: prints seconds, edges and scores as JSON. Started by bench/bayesian-network.ts with a folder that holds the
names and states of the variables, their codes u8[variables, rows], and a graph whose score is asked for."""
import json, sys, time, warnings

warnings.filterwarnings("ignore")
import logging

import numpy as np
import pandas as pd

logging.disable(logging.WARNING)
from pgmpy import config

config.SHOW_PROGRESS = False
from pgmpy.causal_discovery import HillClimbSearch
from pgmpy.structure_score import BIC

folder = sys.argv[1]
given = json.load(open(f"{folder}/network.json"))
names = given["names"]
codes = np.fromfile(f"{folder}/codes", np.uint8).reshape(len(names), -1)
data = pd.DataFrame({name: pd.Categorical.from_codes(codes[i], categories=given["states"][i]) for i, name in enumerate(names)})
states = dict(zip(names, given["states"]))


def score(parents):
    bic = BIC(data, state_names=states)
    return float(sum(bic.local_score(name, tuple(names[p] for p in parents[i])) for i, name in enumerate(names)))


search = HillClimbSearch(BIC(data, state_names=states), max_indegree=given["maxParents"], return_type="dag", show_progress=False)
start = time.perf_counter()
found = search.fit(data).causal_graph_
seconds = time.perf_counter() - start
theirs = [[names.index(p) for p in found.get_parents(name)] for name in names]
print(json.dumps({"hillClimb": seconds, "parents": theirs, "score": score(theirs), "ours": score(given["parents"])}))
