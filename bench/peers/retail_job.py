"""What `cameo profile --events` does on Online Retail, with pandas and implicit: behaviour, preferences, factors and top 10 of
every customer, written as Parquet. Arguments: the log, the output. Started by bench/command.ts."""
import sys
import numpy as np, pandas as pd
from implicit.bpr import BayesianPersonalizedRanking
from scipy.sparse import csr_matrix

log = pd.read_csv(sys.argv[1], dtype={"CustomerID": str, "StockCode": str}, parse_dates=["InvoiceDate"])
log = log[log.CustomerID.notna() & log.StockCode.notna() & (log.Quantity > 0) & (log.UnitPrice > 0)].copy()
log["value"] = log.Quantity * log.UnitPrice
now = log.InvoiceDate.max()
users = log.groupby("CustomerID")
profiles = pd.DataFrame({
    "n_events": users.size(), "first_seen": users.InvoiceDate.min(), "last_seen": users.InvoiceDate.max(),
    "active_days": log.assign(day=log.InvoiceDate.dt.date).groupby("CustomerID").day.nunique(),
    "frequency": users.InvoiceDate.nunique(), "monetary": users.value.sum(),
})
profiles["recency_days"] = (now - profiles.last_seen).dt.total_seconds() / 86400
profiles["average_basket"] = profiles.monetary / profiles.frequency
span = (profiles.last_seen - profiles.first_seen).dt.total_seconds() / 86400
profiles["inter_purchase_days"] = span / (profiles.frequency - 1).where(profiles.frequency > 1)
for name, of, rising in (("r", "recency_days", False), ("f", "frequency", True), ("m", "monetary", True)):
    profiles[name] = 1 + (5 * (profiles[of].rank(method="min", ascending=rising) - 1) // len(profiles)).astype(int)
r, f, m, days = profiles.r, profiles.f, profiles.m, profiles.recency_days
profiles["lifecycle"] = np.select(
    [profiles.first_seen >= now - pd.Timedelta(days=30), days <= 60, days <= 180], ["new", "active", "at risk"], "dormant")
profiles["segment"] = np.select(
    [(r >= 4) & (f >= 4) & (m >= 4), (f >= 4) & (r >= 3), (r <= 2) & (f >= 3), (r >= 4) & (f == 1), r >= 4, r <= 2],
    ["champions", "loyal", "at risk", "newcomers", "promising", "lost"], "regular")

preferences = []
log["hour"], log["weekday"] = log.InvoiceDate.dt.hour.astype(str), log.InvoiceDate.dt.day_name()
for field in ("hour", "weekday"):
    base = log[field].value_counts(normalize=True)
    counts = log.groupby(["CustomerID", field]).size().rename("count").reset_index()
    counts["weight"] = (counts["count"] + 10 * counts[field].map(base)) / (counts.CustomerID.map(profiles.n_events) + 10)
    counts["lift"] = counts.weight / counts[field].map(base)
    best = counts[counts.lift > 1].sort_values(["CustomerID", "lift", field], ascending=[True, False, True]).groupby("CustomerID").head(2)
    preferences.append(best.rename(columns={field: "value"}).assign(field=field)[["CustomerID", "field", "value", "weight"]])
preferences = pd.concat(preferences)
profiles["preferences"] = preferences.groupby("CustomerID").apply(lambda rows: rows[["field", "value", "weight"]].to_dict("records"))

labels = log.groupby("StockCode").Description.agg(lambda names: names.mode().iloc[0] if names.notna().any() else None)
pairs = log[["CustomerID", "StockCode"]].drop_duplicates()
u, user_ids = pd.factorize(pairs.CustomerID, sort=True)
i, item_ids = pd.factorize(pairs.StockCode, sort=True)
matrix = csr_matrix((np.ones(len(pairs), dtype=np.float32), (u, i)))
model = BayesianPersonalizedRanking(factors=64, iterations=100, random_state=42, num_threads=2)
model.fit(matrix, show_progress=False)
ids, scores = model.recommend(np.arange(len(user_ids)), matrix, N=10)
# The two of the user's own items that are most like the one recommended.
unit = model.item_factors / np.maximum(np.linalg.norm(model.item_factors, axis=1, keepdims=True), 1e-9)
lists = []
for user in range(len(user_ids)):
    own = matrix.indices[matrix.indptr[user]:matrix.indptr[user + 1]]
    like = unit[ids[user]] @ unit[own].T
    because = own[np.argsort(-like, axis=1)[:, :2]]
    lists.append([{"item": item_ids[item], "label": labels[item_ids[item]], "score": float(score), "because": list(item_ids[why])}
                  for item, score, why in zip(ids[user], scores[user], because)])
profiles = profiles.loc[user_ids]
profiles["recommendations"] = lists
profiles["factors"] = list(model.user_factors)
profiles.to_parquet(sys.argv[2])
