/** Naive Bayes against scikit-learn's: moments of dense columns, and counts of sparse rows such as those of words. */
import { CsrMatrix, createEngine, GaussianNB, MultinomialNB } from '../src/index.js';
import { generator } from '../test/support/tables.js';
import { fill, line, same, scikitLearn, seconds } from './support.js';

const ROWS = 1_000_000;
const COLUMNS = 50;
const TEXTS = 100_000;
const WORDS = 30_000;
const CLASSES = 20;

export async function naiveBayes(): Promise<void> {
  await using engine = await createEngine();
  await gaussian(engine);
  await multinomial(engine);
}

async function gaussian(engine: Awaited<ReturnType<typeof createEngine>>): Promise<void> {
  using x = engine.matrix(ROWS, COLUMNS);
  const columns = Array.from({ length: COLUMNS }, (_, j) => x.column(j));
  fill(columns);
  const y = Uint8Array.from(columns[0], (value, r) => Number(value + columns[1][r] > 0.3) + Number(columns[2][r] > 0.5));
  const model = new GaussianNB({ engine });
  await model.fit(x, y);
  const peer = scikitLearn('gaussian', { x: columns, y: [y] }, (result) =>
    same(result, [...model.theta, ...model.variance], 1e-4, 'GaussianNB'),
  );
  line('GaussianNB fit, 1 M × 50, 3 classes', await seconds(() => model.fit(x, y)), peer?.fit, 5);
  line('the same, predict', await seconds(() => model.predict(x), 3), peer?.predict, undefined);
}

async function multinomial(engine: Awaited<ReturnType<typeof createEngine>>): Promise<void> {
  const { x, y } = texts();
  const model = new MultinomialNB({ engine });
  await model.fit(x, y);
  const { indptr, indices, values } = x;
  const log = (await model.predictLogProba(x)).subarray(0, 1000 * CLASSES);
  const data = { indptr: [indptr], indices: [indices], values: [values], y: [y], columns: { columns: WORDS } };
  const peer = scikitLearn('multinomial', data, (result) => same(result, log, 1e-6, 'MultinomialNB'));
  const what = `MultinomialNB, ${TEXTS / 1000} k × ${WORDS / 1000} k sparse, ${CLASSES} classes`;
  line(`${what}, fit`, await seconds(() => model.fit(x, y)), peer?.fit, 2);
  line('the same, predict', await seconds(() => model.predict(x)), peer?.predict, 2);
}

/** Rows of about 60 words each, few of them frequent, that lean to their class. */
function texts(): { x: CsrMatrix; y: Uint8Array } {
  const next = generator(5);
  const y = Uint8Array.from({ length: TEXTS }, () => Math.floor(next() * CLASSES));
  const rows = Array.from(y, (c) => {
    const counts = new Map<number, number>();
    for (let i = 20 + Math.floor(next() * 100); i > 0; i--) {
      const frequent = Math.floor(WORDS * next() * next() * next());
      const word = next() < 0.2 ? Math.floor((frequent + (c * WORDS) / CLASSES) % WORDS) : frequent;
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return [...counts].sort(([a], [b]) => a - b);
  });
  return { x: CsrMatrix.fromRows(rows, WORDS), y };
}
