"""Vectors of words by gensim: python word2vec.py SENTENCES OPTIONS.

SENTENCES holds a sentence a line, its words with a space between. OPTIONS is JSON: gensim's, and `seeds`, `words` and `n`. Prints JSON: for each seed
the n nearest of each of the first `words` words, and raw words a second of training by one thread.
"""

import json
import sys
import time

from gensim.models import Word2Vec

path, options = sys.argv[1], json.loads(sys.argv[2])
sentences = [line.split(" ") for line in open(path, encoding="utf-8").read().splitlines() if line]
raw = sum(len(sentence) for sentence in sentences)
neighbours, speeds = [], []
for seed in options["seeds"]:
    model = Word2Vec(
        vector_size=options["vectorSize"],
        window=options["window"],
        min_count=options["minCount"],
        negative=options["negative"],
        sample=options["sample"],
        ns_exponent=options["nsExponent"],
        alpha=options["alpha"],
        min_alpha=options["minAlpha"],
        epochs=options["epochs"],
        sg=1,
        hs=0,
        workers=1,
        seed=seed,
    )
    model.build_vocab(sentences)
    begun = time.perf_counter()
    model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs)
    speeds.append(raw * options["epochs"] / (time.perf_counter() - begun))
    vectors = model.wv
    # Words that come equally often stand in an order of our own.
    counts = {word: vectors.get_vecattr(word, "count") for word in vectors.index_to_key}
    names = sorted(counts, key=lambda word: (-counts[word], word))[: options["words"]]
    neighbours.append([[other for other, _ in vectors.most_similar(word, topn=options["n"])] for word in names])
print(json.dumps({"words": names, "neighbours": neighbours, "speeds": speeds}))
