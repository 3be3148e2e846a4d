"""
The job of `cameo profile FILE --target COLUMN --save MODEL -o PROFILES` as a pandas and scikit-learn script: read, impute,
rank and standardize, one-hot, split, train with early stopping, evaluate, permutation importance, a score, percentile and
contributions (integrated gradients, vectorized) of every row, all written to files.
"""
import sys, warnings

warnings.filterwarnings("ignore")
import joblib
import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

path, target, model_path, output = sys.argv[1:5]
table = pd.read_csv(path)
y = table.pop(target).astype(int)
codes = [c for c in table if table[c].dtype.kind not in "fi" or (table[c].dtype.kind == "i" and table[c].min() >= 1 and 3 <= table[c].nunique() <= 32)]
numbers = [c for c in table if c not in codes]
x_train, x_test, y_train, y_test = train_test_split(table, y, test_size=0.2, random_state=42, stratify=y)
encode = make_column_transformer(
    (make_pipeline(SimpleImputer(), QuantileTransformer(), StandardScaler()), numbers),
    (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10, sparse_output=False), codes),
)
network = MLPClassifier((100,), alpha=0.1, early_stopping=True, max_iter=1000, random_state=42)
model = make_pipeline(encode, network).fit(x_train, y_train)
p = model.predict_proba(x_test)[:, 1]
evaluation = dict(
    accuracy=metrics.accuracy_score(y_test, p > 0.5), balanced=metrics.balanced_accuracy_score(y_test, p > 0.5),
    precision=metrics.precision_score(y_test, p > 0.5), recall=metrics.recall_score(y_test, p > 0.5), f1=metrics.f1_score(y_test, p > 0.5),
    auc=metrics.roc_auc_score(y_test, p), ap=metrics.average_precision_score(y_test, p), loss=metrics.log_loss(y_test, p), brier=metrics.brier_score_loss(y_test, p),
)
importance = permutation_importance(model, x_test, y_test, scoring="roc_auc", n_repeats=5, random_state=42)

encoded = encode.transform(table)
scores = model.predict_proba(table)[:, 1]
train_scores = np.sort(model.predict_proba(x_train)[:, 1])
percentiles = np.searchsorted(train_scores, scores) / len(train_scores) * 100
base = encode.transform(x_train).mean(0)
(w0, w1), (b0, b1) = network.coefs_, network.intercepts_
a0, a1 = base @ w0 + b0, encoded @ w0 + b0
slope = (np.maximum(a1, 0) - np.maximum(a0, 0)) / np.where(a1 == a0, 1, a1 - a0)
contributions = ((slope * w1[:, 0]) @ w0.T) * (encoded - base)
names = encode.get_feature_names_out()
groups = np.array([next(c for c in sorted(table, key=len, reverse=True) if n.split("__", 1)[1].startswith(c)) for n in names])
folded = {c: contributions[:, groups == c].sum(1) for c in table}
order = np.argsort(-np.abs(np.column_stack(list(folded.values()))), axis=1)
columns = np.array(list(folded))
profiles = pd.DataFrame({"user_id": np.arange(len(table)).astype(str), "score": scores.astype("f4"), "percentile": percentiles.astype("f4")})
profiles["features"] = list(columns[order])
profiles["contributions"] = list(np.take_along_axis(np.column_stack(list(folded.values())), order, 1).astype("f4"))
profiles.to_feather(output)
joblib.dump(model, model_path)
print(evaluation, sorted(zip(importance.importances_mean, table), reverse=True)[:3])
