/** The naive Bayes estimators: scikit-learn's log-probabilities, missing values and unseen categories against plain arithmetic, batches. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as cameo from '../../src/index.js';
import { CategoricalNB, CsrMatrix, createEngine, GaussianNB, Matrix, MultinomialNB } from '../../src/index.js';
import { scalarJoint, varianceOf } from '../support/naive-bayes.js';
import { generator } from '../support/tables.js';

const NAMES = ['GaussianNB', 'CategoricalNB', 'MultinomialNB', 'ComplementNB', 'BernoulliNB'] as const;
interface Case {
  estimator: (typeof NAMES)[number];
  on: 'numbers' | 'codes' | 'counts' | 'shares';
  target: 'binary' | 'classes';
  weighted: boolean;
  batches: number | null;
  options: object;
  joint: number[];
  log: number[];
  predicted: number[];
}
type Fixture = Record<Case['on'], number[][]> & {
  csr: Record<'indptr' | 'indices' | 'values', number[]>;
  targets: Record<Case['target'], number[]>;
  sample_weight: number[];
  shown: number;
  cases: Case[];
};
const fixture: Fixture = JSON.parse(readFileSync('test/fixtures/naive-bayes.json', 'utf8'));
const engine = await createEngine({ threads: 1 });

function near(found: ArrayLike<number>, expected: readonly number[], what: string, within = 1e-6): void {
  assert.is(found.length, expected.length, what);
  expected.forEach((value, i) => {
    const error = Math.abs(found[i] - value);
    assert.ok(error <= within, `${what} ${i}: ${found[i]} ${value}`);
  });
}

const estimators = cameo as unknown as Record<Case['estimator'], new (options: object) => MultinomialNB>;

for (const name of NAMES) {
  const cases = fixture.cases.filter(({ estimator }) => estimator === name);
  test(`${name} has scikit-learn's log-probabilities in ${cases.length} cases, dense and sparse`, async () => {
    assert.ok(cases.length >= 9);
    for (const { on, target, weighted, batches, options, joint, log, predicted } of cases) {
      const y = fixture.targets[target];
      const makers = [(rows: number[][]) => Matrix.fromRows(rows)];
      if (on === 'counts' || on === 'shares')
        makers.push((rows) => CsrMatrix.fromMatrix(Matrix.fromRows(rows)) as unknown as Matrix);
      for (const make of makers) {
        const model = new estimators[name]({ ...options, engine });
        const size = batches ?? y.length;
        for (let first = 0; first < y.length; first += size) {
          const part = [first, first + size] as const;
          const sampleWeight = weighted ? fixture.sample_weight.slice(...part) : undefined;
          const [x, own] = [make(fixture[on].slice(...part)), y.slice(...part)];
          if (batches === null) await model.fit(x, own, { sampleWeight });
          else await model.partialFit(x, own, { sampleWeight, ...(first === 0 && { classes: y }) });
        }
        const asked = make(fixture[on].slice(0, fixture.shown));
        const what = `${name} ${on} ${target} ${weighted} ${JSON.stringify(options)}`;
        near(await model.predictJointLogProba(asked), joint, what);
        near(await model.predictLogProba(asked), log, what);
        near(await model.predictProba(asked), log.map(Math.exp), what);
        assert.equal([...(await model.predict(asked))], predicted, what);
      }
    }
  });
}

test("CsrMatrix is scipy's", () => {
  const { indptr, indices, values } = CsrMatrix.fromMatrix(Matrix.fromRows(fixture.counts));
  assert.equal({ indptr: [...indptr], indices: [...indices], values: [...values] }, fixture.csr);
});

const rowsOf = (rows: number, labels: readonly number[], missing: number, next: () => number) =>
  Array.from({ length: rows }, () =>
    labels.map((n) => {
      if (next() < missing) return Number.NaN;
      return n < 0 ? Math.fround(next() * 8 - 3) : Math.floor(next() * n);
    }),
  );

test('missing values are left out, and so are unseen categories: any sizes, with weights and without', async () => {
  const shapes = fc.record({
    rows: fc.integer({ min: 2, max: 70 }),
    columns: fc.integer({ min: 1, max: 6 }),
    classes: fc.integer({ min: 2, max: 5 }),
    missing: fc.constantFrom(0, 0.2, 0.8),
    weighted: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1e6 }),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ rows, columns, classes, missing, weighted, seed }) => {
      const next = generator(seed);
      const y = Float64Array.from({ length: rows }, (_, r) => (r < classes ? r : Math.floor(next() * classes)));
      const k = new Set(y).size;
      const sampleWeight = weighted ? Array.from({ length: rows }, () => next() + 0.1) : undefined;
      for (const [kind, Estimator] of [
        [-1, GaussianNB],
        [4, CategoricalNB],
      ] as const) {
        const x = rowsOf(rows, new Array(columns).fill(kind), missing, next);
        const asked = [...rowsOf(9, new Array(columns).fill(kind), missing, next), ...[new Array(columns).fill(9)]];
        const largest = Math.max(0, ...Array.from({ length: columns }, (_, j) => varianceOf(x, j)));
        if (kind < 0 && largest === 0) continue;
        const labels = Array.from({ length: columns }, (_, j) =>
          kind < 0 ? -1 : Math.max(1, ...x.map((row) => (Number.isNaN(row[j]) ? 0 : row[j] + 1))),
        );
        const model = await new Estimator({ engine }).fit(Matrix.fromRows(x), y, { sampleWeight });
        const options = { classes: k, weights: sampleWeight, labels, alpha: 1, epsilon: () => 1e-9 * largest };
        const expected = scalarJoint(x, y, asked, options).flat();
        const found = await model.predictJointLogProba(Matrix.fromRows(asked));
        expected.forEach((value, i) => {
          const error = Math.abs(found[i] - value);
          // A class of one value has a variance of nearly nothing, and densities to match.
          assert.ok(error <= 1e-6 * Math.max(1, Math.abs(value)), `${found[i]} ${value}`);
        });
      }
    }),
  );
});

test('batches of any sizes are one fit, to the byte where numbers are whole', async () => {
  const next = generator(4);
  const rows = 300;
  const y = Int32Array.from({ length: rows }, () => Math.floor(next() * 3));
  const codes = rowsOf(rows, [5, 3, 2], 0.1, next);
  const numbers = rowsOf(rows, [-1, -1], 0.1, next);
  for (const size of [1, 7, 128, 299]) {
    const batched = [new GaussianNB({ engine }), new CategoricalNB({ engine }), new MultinomialNB({ engine })] as const;
    for (let first = 0; first < rows; first += size) {
      const own = y.slice(first, first + size);
      const of = (all: number[][]) => Matrix.fromRows(all.slice(first, first + size));
      const classes = [2, 1, 0, 1];
      await batched[0].partialFit(of(numbers), own, { classes });
      await batched[1].partialFit(of(codes), own, { classes });
      await batched[2].partialFit(of(codes.map((row) => row.map((code) => (Number.isNaN(code) ? 0 : code)))), own, { classes });
    }
    const whole = await new GaussianNB({ engine }).fit(Matrix.fromRows(numbers), y);
    near(batched[0].theta, [...whole.theta], 'theta', 1e-12);
    near(batched[0].variance, [...whole.variance], 'variance', 1e-12);
    const counted = await new CategoricalNB({ engine }).fit(Matrix.fromRows(codes), y);
    assert.equal(batched[1].categoryCount, counted.categoryCount);
    assert.equal(batched[1].classCount, batched[2].classCount);
    assert.equal(batched[1].classes, [0, 1, 2]);
  }
});

test('the same bytes for 0, 1, 2 and 3 workers, with weights and without', async () => {
  const next = generator(9);
  const rows = 100_000;
  const y = Int32Array.from({ length: rows }, () => Math.floor(next() * 3));
  const numbers = new Matrix(Array.from({ length: 4 }, () => Float32Array.from(y, (c) => c + next())));
  const codes = new Matrix(Array.from({ length: 4 }, () => Float32Array.from(y, (c) => Math.floor((c + 2) * next()))));
  const counts = CsrMatrix.fromMatrix(codes);
  for (const sampleWeight of [undefined, Float64Array.from(y, () => next())]) {
    const found: unknown[] = [];
    for (const threads of [0, 1, 2, 3]) {
      await using own = await createEngine({ threads, reproducible: true });
      const gaussian = await new GaussianNB({ engine: own }).fit(numbers, y, { sampleWeight });
      const categorical = await new CategoricalNB({ engine: own }).fit(codes, y, { sampleWeight });
      const multinomial = await new MultinomialNB({ engine: own }).fit(counts, y, { sampleWeight });
      found.push([
        gaussian.theta,
        gaussian.variance,
        categorical.categoryCount,
        multinomial.featureCount,
        await gaussian.predictLogProba(numbers),
        await multinomial.predictLogProba(counts),
      ]);
    }
    for (const other of found) assert.equal(other, found[0]);
  }
});

test.run();
