"""Posteriors of one variable by pgmpy's variable elimination, one evidence after the other. Argument: a folder with network.bif and
evidence.json, {"variable", "rows": [{variable: state, …}, …]}. Prints the seconds and the posteriors as JSON."""
import json
import logging
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
from pgmpy.inference import VariableElimination  # noqa: E402
from pgmpy.readwrite import BIFReader  # noqa: E402

folder = sys.argv[1]
given = json.load(open(f"{folder}/evidence.json"))
variable = given["variable"]
model = BIFReader(f"{folder}/network.bif").get_model()
inference = VariableElimination(model)
states = given["states"]
ask = lambda row: inference.query([variable], evidence=row, show_progress=False)
ask(given["rows"][0])
started = time.perf_counter()
factors = [ask(row) for row in given["rows"]]
seconds = time.perf_counter() - started
posteriors = [[float(factor.get_value(**{variable: state})) for state in states] for factor in factors]
print(json.dumps({"seconds": seconds, "posteriors": posteriors}))
