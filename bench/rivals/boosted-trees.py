# XGBoost (hist) or scikit-learn on the generated rows, one thread, with the settings of gbdt.bench.ts. Prints one JSON
# line: CPU seconds to load and train, CPU seconds for all test rows, microseconds a row, AUC.
# Usage: boosted-trees.py DATA xgboost|sklearn ROWS
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402  (after the thread count)

folder, library, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
values = np.fromfile(f"{folder}/tr1m.X.f32", np.float32, rows * 40).reshape(-1, 40)
labels = np.fromfile(f"{folder}/tr1m.y.u8", np.uint8, rows)
test = np.fromfile(f"{folder}/te.X.f32", np.float32).reshape(-1, 40)
truth = np.fromfile(f"{folder}/te.y.u8", np.uint8)

if library == "xgboost":
    import xgboost

    version = xgboost.__version__
    settings = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_leaves": 31,
        "max_depth": 0,
        "eta": 0.1,
        "max_bin": 256,
        "min_child_weight": 1e-3,
        "lambda": 1,
        "nthread": 1,
        "verbosity": 0,
    }
    started = time.process_time()
    model = xgboost.train(settings, xgboost.DMatrix(values, labels, nthread=1), 100)
    trained = time.process_time() - started
    started = time.process_time()
    predicted = model.predict(xgboost.DMatrix(test, nthread=1))
    batch = time.process_time() - started
    one = model.inplace_predict
else:
    import sklearn
    from sklearn.ensemble import HistGradientBoostingClassifier

    version = sklearn.__version__
    model = HistGradientBoostingClassifier(
        learning_rate=0.1, max_iter=100, max_leaf_nodes=31, max_bins=255, early_stopping=False, l2_regularization=1.0
    )
    started = time.process_time()
    model.fit(values, labels)
    trained = time.process_time() - started
    started = time.process_time()
    predicted = model.predict_proba(test)[:, 1]
    batch = time.process_time() - started
    one = model.predict_proba

micros = []
for row in range(500):
    started = time.perf_counter_ns()
    one(test[row : row + 1])
    micros.append((time.perf_counter_ns() - started) / 1e3)

order = np.argsort(predicted)
ranks = np.empty(len(predicted))
ranks[order] = np.arange(1, len(predicted) + 1)
positive = int(truth.sum())
auc = (ranks[truth == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(truth) - positive))
print(
    json.dumps(
        {"version": version, "trainSeconds": trained, "batchSeconds": batch, "rowMicros": float(np.median(micros)), "auc": auc}
    )
)
