/**
 * Forests against others: scikit-learn's trees on data without ties (fixtures/make_trees.py), boosting in float64, Shapley values by all
 * subsets of the features; and what is read from a file.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, GradientBoostingClassifier, GradientBoostingRegressor, Matrix } from '../../src/index.js';
import { Forest, forestReader } from '../../src/models/forest.js';
import { PartReader } from '../../src/part.js';
import { trees } from '../../src/programs/trees/predictor.js';
import { place } from '../../src/wasm/memory.js';
import { binned, near, random } from '../support/boosting.js';
import { refusal } from '../support/refused.js';
import { grow, shapley } from '../support/trees.js';

const engine = await createEngine({ threads: 0, reproducible: true });

interface Case {
  name: string;
  task: 'regression' | 'binary';
  rounds: number;
  options: Record<string, never>;
  x: (number | null)[][];
  y: number[];
  nodes: Node[];
  raw: number[];
}
interface Node {
  leaf: boolean;
  category: boolean;
  feature: number;
  threshold: number | null;
  missingLeft: boolean;
  left: number;
  right: number;
  value: number;
  count: number;
}
/** Walks both trees at once, with the rows that come by. */
function compareTrees(forest: Forest, { nodes, x }: Case): void {
  const [tree] = forest.trees;
  const walk = (child: number, n: number, rows: readonly (number | null)[][]) => {
    const theirs = nodes[n];
    assert.is(rows.length, theirs.count, `rows of node ${n}`);
    assert.is(child < 0, theirs.leaf, `whether node ${n} is a leaf`);
    if (child < 0) {
      assert.is(tree.count[-1 - child], rows.length);
      return near(tree.value[-1 - child], theirs.value, `value of node ${n}`);
    }
    const f = tree.feature[child];
    assert.is(f, theirs.feature, `feature of node ${n}`);
    const set = tree.sets[child];
    assert.is(set !== undefined, theirs.category);
    const { edges, labels } = forest.features[f];
    const goes = (row: readonly (number | null)[]) => {
      const value = row[f];
      if (set) return ((set[(value ?? labels) >> 5] >>> ((value ?? labels) & 31)) & 1) === 1;
      return value === null ? tree.missingLeft[child] : value <= (edges[tree.bin[child]] ?? Number.POSITIVE_INFINITY);
    };
    const left = rows.filter(goes);
    if (!theirs.category) {
      const limit = theirs.threshold ?? Number.POSITIVE_INFINITY;
      const expected = rows.filter((row) => (row[f] === null ? theirs.missingLeft : (row[f] as number) <= limit));
      assert.equal(left, expected, `rows that go left of node ${n}`);
    }
    walk(tree.left[child], theirs.left, left);
    const gone = new Set(left);
    walk(
      tree.right[child],
      theirs.right,
      rows.filter((row) => !gone.has(row)),
    );
  };
  walk(tree.feature.length > 0 ? 0 : -1, 0, x);
}

const cases: Case[] = JSON.parse(readFileSync('test/fixtures/trees.json', 'utf8'));
for (const given of cases) {
  test(`as scikit-learn: ${given.name}`, async () => {
    const x = Matrix.fromRows(given.x.map((row) => row.map((v) => v ?? Number.NaN)));
    const options = { ...given.options, monotonicCst: given.options.monotonicCst ?? undefined, engine, earlyStopping: false };
    const make = (more: object) =>
      given.task === 'binary'
        ? new GradientBoostingClassifier({ ...options, ...more })
        : new GradientBoostingRegressor({ ...options, ...more });
    const first = await make({ maxIter: 1, learningRate: 1 }).fit(x, given.y);
    compareTrees(first.forest as Forest, given);
    const many = await make({ maxIter: given.rounds }).fit(x, given.y);
    const raw = await ('decisionFunction' in many ? many.decisionFunction(x) : many.predict(x));
    given.raw.forEach((expected, r) => near(raw[r], expected, `row ${r} after ${given.rounds} rounds`, 2e-5));
  });
}

const ROUNDS = 4;
for (const task of ['regression', 'binary', 'multiclass'] as const) {
  test(`${task}: ${ROUNDS} rounds as in float64`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 30, max: 150 }), async (seed, rows) => {
        const { x, columns, signal } = random(seed, rows);
        const classes = task === 'multiclass' ? 3 : 2;
        const y = signal.map((s) => (task === 'regression' ? s : Math.min(classes - 1, Math.max(0, Math.floor(s - 0.5)))));
        if (new Set(y).size < (task === 'regression' ? 2 : classes)) return;
        const grown = { maxLeafNodes: 9, maxDepth: 4, minSamplesLeaf: 6, l2: 0.5 };
        const { l2, ...shape } = grown;
        const options = {
          ...shape,
          l2Regularization: l2,
          maxIter: ROUNDS,
          learningRate: 0.3,
          engine,
          categoricalFeatures: [3],
        };
        const model = await (task === 'regression'
          ? new GradientBoostingRegressor(options)
          : new GradientBoostingClassifier(options)
        ).fit(x, y);
        const forest = model.forest as Forest;
        const features = binned(columns, forest);
        const outputs = forest.outputs;
        const z = Array.from({ length: rows }, () => [...forest.init]);
        for (let round = 0; round < ROUNDS; round++) {
          const derivatives = z.map((own, r) => {
            if (task === 'regression') return own.map((v) => ({ g: v - y[r], h: 1 }));
            if (task === 'binary') return own.map((v) => 1 / (1 + Math.exp(-v))).map((p) => ({ g: p - y[r], h: p * (1 - p) }));
            const total = own.reduce((sum, v) => sum + Math.exp(v), 0);
            return own
              .map((v) => Math.exp(v) / total)
              .map((p, k) => ({ g: p - Number(y[r] === k), h: (p * (1 - p) * outputs) / (outputs - 1) }));
          });
          for (let k = 0; k < outputs; k++) {
            // Rounded, so that sums are exact in any order and what ties here ties there.
            const of = (part: 'g' | 'h') => derivatives.map((d) => Math.round(d[k][part] * 2 ** 26) / 2 ** 26);
            const { values } = grow(features, of('g'), of('h'), grown);
            for (let r = 0; r < rows; r++) z[r][k] += 0.3 * values[r];
          }
        }
        const raw = await ('decisionFunction' in model ? model.decisionFunction(x) : model.predict(x));
        z.flat().forEach((expected, i) => near(raw[i], expected, `output ${i}`, 1e-4));
      }),
      { numRuns: 12 },
    );
  });
}

test('contributions are Shapley values, and sum to raw − base', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 20, max: 120 }),
      fc.constantFrom('regression', 'binary', 'multiclass'),
      async (seed, rows, task) => {
        const { x, signal } = random(seed, rows);
        const classes = task === 'multiclass' ? 3 : 2;
        const y = signal.map((s, r) => (task === 'regression' ? s : r < classes ? r : Math.max(0, Math.floor(s) % classes)));
        const options = { engine, maxIter: 3, maxLeafNodes: 12, minSamplesLeaf: 3, categoricalFeatures: [3] };
        const model = await (task === 'regression'
          ? new GradientBoostingRegressor(options)
          : new GradientBoostingClassifier(options)
        ).fit(x, y);
        const forest = model.forest as Forest;
        // Codes that no row had in training, and whole columns without a value.
        const asked = random(seed + 1, 16);
        asked.columns[3].forEach((v, r) => {
          if (r % 9 === 0) asked.columns[3][r] = v + 7;
        });
        asked.columns[seed % 4].fill(Number.NaN, 12);
        const bins = binned(asked.columns, forest);
        const missing = bins.map((own) => own.bins);
        const raw = await ('decisionFunction' in model ? model.decisionFunction(asked.x) : model.predict(asked.x));
        for (let k = 0; k < forest.outputs; k++) {
          const found = await model.contributions(asked.x, { output: k });
          const trees = forest.trees.filter(({ output }) => output === k);
          for (let r = 0; r < 16; r++) {
            const row = bins.map(({ column }) => column[r]);
            const parts = trees.map((tree) => shapley(tree, row, missing));
            const sum = row.reduce((total, _, j) => total + found[r * 4 + j], 0);
            near(sum, raw[r * forest.outputs + k] - model.base[k], `sum of row ${r}`);
            for (let j = 0; j < 4; j++) {
              const expected = parts.reduce((total, part) => total + part[j], 0);
              near(found[r * 4 + j], expected, `feature ${j} of row ${r}`, 1e-6);
            }
          }
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('columns that belong together are explained as one: the sums of what each adds, in more rows than a tile', async () => {
  const { x, signal } = random(8, 700);
  const model = await new GradientBoostingRegressor({ engine, maxIter: 4, categoricalFeatures: [3] }).fit(x, signal);
  const { features, init, trees: grown } = model.forest as Forest;
  const asked = random(9, 300);
  const rows = Array.from({ length: 300 }, (_, r) => [...asked.columns.map((column) => column[r]), 0, 0, 0, 0]);
  const explained = (widths: number[]) => {
    const forest = new Forest(features, init, grown, {}, widths);
    const { at, region } = place(engine, (layout) => ({
      x: layout.put(Float32Array.from(rows.flat())),
      direction: layout.put(Float32Array.from(rows, () => 1)),
      out: layout.take(300 * widths.length * 4),
      predictor: trees(engine.kernels, engine.memory, forest.place(layout), layout, 300),
    }));
    using _ = region;
    at.predictor.explain(at.x, at.direction, 300, at.out);
    return [...engine.f32(at.out, 300 * widths.length)];
  };
  const apart = explained([1, 1, 1, 1]);
  const together = explained([1, 2, 1]);
  for (let r = 0; r < 300; r++) {
    const [a, b, c, d] = apart.slice(4 * r, 4 * r + 4);
    assert.equal(together.slice(3 * r, 3 * r + 3), [a, Math.fround(b + c), d], `row ${r}`);
  }
});

/** A small forest with a number, a category and two outputs. */
const small = async () => {
  const { columns, signal } = random(21, 120);
  const x = new Matrix([columns[0], columns[3]]);
  const y = signal.map((s) => Math.max(0, Math.min(2, Math.floor(s))));
  const options = { engine, maxIter: 2, maxLeafNodes: 4, categoricalFeatures: [1] };
  return (await new GradientBoostingClassifier(options).fit(x, y)).forest as Forest;
};
const inputsOf = ({ features }: Forest) => ({ widths: features.map(() => 1), labels: features.map(({ labels }) => labels) });

test('saved and loaded a forest is the same', async () => {
  const forest = await small();
  const loaded = forestReader.read(new PartReader(forest.write()), inputsOf(forest), 3);
  assert.equal(loaded.write(), forest.write());
  assert.equal(loaded.base(engine), forest.base());
  assert.equal((loaded as Forest).trees, forest.trees);
});

test('a part that is no forest is refused, with what was expected', async () => {
  const forest = await small();
  const part = forest.write();
  const with_ = (name: string, change: (values: Float64Array | Float32Array) => void) => {
    const { shape, values } = part.tensors[name];
    const copy = values.slice() as Float64Array;
    change(copy);
    return { ...part, tensors: { ...part.tensors, [name]: { shape, values: copy } } };
  };
  const set = (name: string, at: number, value: number) =>
    with_(name, (values) => {
      values[at] = value;
    });
  for (const [bad, message] of [
    [set('trees', 0, 2), /nodes|child|count|values/],
    [set('trees', 0, 1.5), /'trees'.*whole/],
    [set('trees', 1, 3), /output of tree 0.*below 3/],
    [set('nodes', 0, 2), /feature of node 0 of tree 0.*from 0 to 1/],
    [set('nodes', 1, 255), /bin of node 0 of tree 0/],
    [set('nodes', 3, 0), /child of node 0 of tree 0/],
    [set('nodes', 4, -9), /child of node 0 of tree 0/],
    [set('values', 0, Number.NaN), /'values'.*finite/],
    [set('values', 0, 1e10), /'values'/],
    [set('counts', 0, 0), /'counts'/],
    [set('counts', 0, 2.5), /'counts'.*whole/],
    [set('init', 0, Number.NaN), /'init'/],
    [set('edges', 1, -1e9), /edges of feature 0.*rise/],
    [set('edgeCounts', 1, 3), /edges/],
    [{ ...part, metadata: { facts: '{"rounds":null}' } }, /'facts'/],
  ] as const) {
    const error = await refusal(() => forestReader.read(new PartReader(bad), inputsOf(forest), 3));
    assert.is(error.code, 'model');
    assert.match(error.message, message);
  }
  const { widths, labels } = inputsOf(forest);
  const other = { widths: [2, ...widths.slice(1)], labels };
  assert.is((await refusal(() => forestReader.read(new PartReader(part), other, 3))).code, 'model');
});

test.run();
