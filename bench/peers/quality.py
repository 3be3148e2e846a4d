"""Fits the peers at their defaults on scikit-learn's stratified splits of some seeds, one thread, and prints their metrics.

Reads JSON from standard input: {"file", "target", "task", "seeds", "testSize", "only"}.
Prints JSON: {peer: [metrics of each split]}; with "only": "splits" the test rows of each split instead, {"tests": [[row, ...], ...]}.
Text and booleans are categories; empty is missing; of two classes the rarer is the one that is looked for.
"""
import json
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import accuracy_score, average_precision_score, log_loss, r2_score, roc_auc_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

warnings.filterwarnings("ignore")


def peers():
    found = {"scikit-learn": (HistGradientBoostingClassifier, HistGradientBoostingRegressor, {"categorical_features": "from_dtype", "random_state": 42})}
    try:
        import lightgbm

        found["LightGBM"] = (lightgbm.LGBMClassifier, lightgbm.LGBMRegressor, {"verbose": -1, "n_jobs": 1})
    except ImportError:
        pass
    try:
        import xgboost

        found["XGBoost"] = (xgboost.XGBClassifier, xgboost.XGBRegressor, {"enable_categorical": True, "n_jobs": 1})
    except ImportError:
        pass
    return found


def calibration_error(truth, score, bins=10):
    """As src/metrics/calibration.ts: bins of equal numbers of rows by falling score; rows of the same score share a bin."""
    order = np.argsort(-score, kind="stable")
    truth, score = np.asarray(truth, float)[order], np.asarray(score, float)[order]
    error, before, found = 0.0, 0, 0
    for end in [*(np.flatnonzero(np.diff(score)) + 1), len(score)]:
        due = -(-(found + 1) * len(score) // bins)
        if end < due and end < len(score):
            continue
        error += abs(score[before:end].sum() - truth[before:end].sum())
        before, found = end, found + 1
    return error / len(score)


def metrics(task, truth, model, x):
    if task == "regression":
        predicted = model.predict(x)
        return {"rmse": root_mean_squared_error(truth, predicted), "r2": r2_score(truth, predicted)}
    proba = model.predict_proba(x)
    if task == "binary":
        p = proba[:, 1]
        return {
            "rocAuc": roc_auc_score(truth, p),
            "averagePrecision": average_precision_score(truth, p),
            "logLoss": log_loss(truth, p),
            "calibrationError": calibration_error(truth, p),
            "accuracy": accuracy_score(truth, p > 0.5),
        }
    labels = np.arange(proba.shape[1])
    likeliest = proba.argmax(1)
    return {
        "accuracy": accuracy_score(truth, likeliest),
        "logLoss": log_loss(truth, proba, labels=labels),
        "calibrationError": calibration_error(likeliest == np.asarray(truth), proba.max(1)),
    }


def main():
    given = json.load(sys.stdin)
    table = pd.read_csv(given["file"], na_values=[""], keep_default_na=False)
    y = table.pop(given["target"])
    task = given["task"]
    if task != "regression":
        y = y.astype(str).astype("category").cat.codes
    if task == "binary" and y.mean() > 0.5:
        y = 1 - y
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]) or table[name].dtype == bool:
            table[name] = table[name].astype(str).where(table[name].notna()).astype("category")
    stratify = None if task == "regression" else y
    rows = np.arange(len(y))
    splits = [train_test_split(rows, test_size=given["testSize"], random_state=s, stratify=stratify) for s in given["seeds"]]
    if given.get("only") == "splits":
        print(json.dumps({"tests": [sorted(map(int, test)) for _, test in splits]}))
        return
    result = {}
    for name, (classifier, regressor, options) in peers().items():
        result[name] = []
        for train, test in splits:
            model = (regressor if task == "regression" else classifier)(**options)
            model.fit(table.iloc[train], y.iloc[train])
            result[name].append(metrics(task, y.iloc[test], model, table.iloc[test]))
    json.dump(result, sys.stdout)


main()
