"""
The article's program with pandas and scikit-learn: read a CSV, fill missing values with means, split 80/20 with seed 42, standardize,
train a network of 100 units for at most 1000 iterations, print accuracy and what the first layer's weights say of each column.
argv: file, target. Text columns become one column a category.
"""
import json
import sys
import warnings

import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
table = pd.read_csv(sys.argv[1])
y = table.pop(sys.argv[2]).astype(int)
x = pd.get_dummies(table, columns=[c for c in table if table[c].dtype.kind not in "fi"], dtype=float)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=42)
imputer, scaler = SimpleImputer(), StandardScaler()
x_train = scaler.fit_transform(imputer.fit_transform(x_train))
x_test = scaler.transform(imputer.transform(x_test))
network = MLPClassifier((100,), max_iter=1000, random_state=42).fit(x_train, y_train)
weights = dict(zip(x.columns, network.coefs_[0].mean(axis=1).tolist()))
importance = sorted(weights, key=lambda name: -abs(weights[name]))
print(json.dumps({"accuracy": accuracy_score(y_test, network.predict(x_test)), "epochs": network.n_iter_, "first": importance[:3]}))
