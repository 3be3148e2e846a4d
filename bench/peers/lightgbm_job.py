"""
The job of `cameo profile FILE --target COLUMN --save MODEL -o PROFILES` as a pandas and LightGBM script: read, hold a fifth out, find the
number of rounds by five folds of the rest, fit on the rest, evaluate on what was held out, permutation importance, a score, percentile and
contributions (pred_contrib) of every row, all written to files. Prints the evaluation as JSON.
"""
import json, sys, warnings

warnings.filterwarnings("ignore")
import lightgbm
import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.inspection import permutation_importance
from sklearn.model_selection import StratifiedKFold, train_test_split

path, target, model_path, output = sys.argv[1:5]
table = pd.read_csv(path)
y = table.pop(target).astype(int)
for name in table:
    if table[name].dtype.kind not in "fi":
        table[name] = table[name].astype("category")
x_train, x_test, y_train, y_test = train_test_split(table, y, test_size=0.2, random_state=42, stratify=y)
options = dict(random_state=42, verbose=-1)

rounds = []
for train, held in StratifiedKFold(5, shuffle=True, random_state=42).split(x_train, y_train):
    fold = lightgbm.LGBMClassifier(n_estimators=1000, **options)
    fold.fit(
        x_train.iloc[train], y_train.iloc[train],
        eval_set=[(x_train.iloc[held], y_train.iloc[held])], callbacks=[lightgbm.early_stopping(10, verbose=False)],
    )
    rounds.append(fold.best_iteration_)
model = lightgbm.LGBMClassifier(n_estimators=round(np.mean(rounds)), **options).fit(x_train, y_train)

p = model.predict_proba(x_test)[:, 1]
evaluation = dict(
    accuracy=metrics.accuracy_score(y_test, p > 0.5), balanced=metrics.balanced_accuracy_score(y_test, p > 0.5),
    precision=metrics.precision_score(y_test, p > 0.5), recall=metrics.recall_score(y_test, p > 0.5), f1=metrics.f1_score(y_test, p > 0.5),
    auc=metrics.roc_auc_score(y_test, p), ap=metrics.average_precision_score(y_test, p), loss=metrics.log_loss(y_test, p), brier=metrics.brier_score_loss(y_test, p),
)
importance = permutation_importance(model, x_test, y_test, scoring="roc_auc", n_repeats=5, random_state=42)

scores = model.predict_proba(table)[:, 1]
train_scores = np.sort(model.predict_proba(x_train)[:, 1])
percentiles = np.searchsorted(train_scores, scores) / len(train_scores) * 100
contributions = model.predict(table, pred_contrib=True)[:, :-1]
order = np.argsort(-np.abs(contributions), axis=1)
profiles = pd.DataFrame({"user_id": np.arange(len(table)).astype(str), "score": scores.astype("f4"), "percentile": percentiles.astype("f4")})
profiles["features"] = list(np.array(table.columns)[order])
profiles["contributions"] = list(np.take_along_axis(contributions, order, 1).astype("f4"))
profiles.to_feather(output)
model.booster_.save_model(model_path)
ranked = sorted(zip(importance.importances_mean, table), reverse=True)[:3]
print(json.dumps({**evaluation, "rounds": rounds, "importance": [[name, value] for value, name in ranked]}))
