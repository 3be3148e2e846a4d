/** The search for members of the blend that `effort: 'best'` does: what the default lacks is found, on the training rows alone. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type FitOptions, Profiler, type Table } from '../../src/index.js';
import { refusal } from '../support/refused.js';
import { generator, makeTable } from '../support/tables.js';

const inline = await createEngine({ threads: 0, reproducible: true });
test.after(() => inline.close());

const trees = { families: ['trees'], folds: 3 };
const best = { target: 'target', effort: 'best', importance: false, modelOptions: trees } as const;

/** A board of squares, each of which has a class of its own and fewer rows than a leaf of the default trees. */
function board(): Table {
  const next = generator(23);
  const [side, each] = [10, 6];
  const squares = side * side;
  const classes = Array.from({ length: squares + 50 }, () => Math.floor(next() * 2)).slice(50);
  const rows = squares * each;
  const of = (f: (square: number) => number) => Float64Array.from({ length: rows }, (_, r) => f(r % squares));
  return {
    rows,
    columns: [
      { name: 'x', kind: 'number', values: of((square) => 1.37 * (square % side) + 0.1 * next()) },
      { name: 'z', kind: 'number', values: of((square) => 1.37 * Math.floor(square / side) + 0.1 * next()) },
      { name: 'target', kind: 'number', values: of((square) => classes[square]) },
      { name: 'other', kind: 'number', values: of((square) => (square % side) + next()) },
      { name: 'counts', kind: 'number', values: of(() => (next() < 0.2 ? 0 : 1 + next())) },
    ],
  };
}
const planted = board();
const ignore = ['other', 'counts'];
const searched = await Profiler.fit(inline, { table: planted }, { ...best, ignore });
const candidateOf = (profiler: Profiler, name: string) => {
  const found = profiler.summary.candidates?.find(({ family }) => family === name);
  if (!found) throw new Error(`no candidate '${name}'`);
  return found;
};
const lossOf = (profiler: Profiler) => (profiler.summary.evaluation as { logLoss: number }).logLoss;

test('options that the defaults lack are found, join the blend, and are told', async () => {
  using plain = await Profiler.fit(inline, { table: planted }, { ...best, effort: 'balanced', ignore });
  assert.equal(
    searched.summary.candidates?.map(({ family }) => family),
    ['trees', 'tuned trees'],
  );
  const tuned = candidateOf(searched, 'tuned trees');
  assert.ok(tuned.loss < 0.95 * candidateOf(searched, 'trees').loss, JSON.stringify(searched.summary.candidates));
  assert.ok(tuned.weight > 0.5);
  assert.ok(lossOf(searched) < 0.95 * lossOf(plain), `${lossOf(searched)} against ${lossOf(plain)}`);
  assert.ok(Number(searched.summary.facts.trials) > 0);
  const options = JSON.parse(`${searched.summary.facts['tuned trees']}`);
  assert.ok(options.minSamplesLeaf < 12, JSON.stringify(options));
  // Given by hand they are the same candidate.
  const modelOptions = { ...trees, members: { mine: { like: 'trees', options } } };
  using given = await Profiler.fit(inline, { table: planted }, { ...best, effort: 'balanced', ignore, modelOptions });
  assert.equal(candidateOf(given, 'mine'), { ...tuned, family: 'mine' });
  assert.is(given.profileOne({ x: 4.2, z: 6.9 }).score, searched.profileOne({ x: 4.2, z: 6.9 }).score);
  assert.is('trials' in plain.summary.facts, false);
  using named = await Profiler.fit(inline, { table: planted }, { ...best, ignore, model: 'blend' });
  assert.is('trials' in named.summary.facts, false, 'a model that was named is taken as it is');
});

test('the rows that are held out are looked at by nobody', async () => {
  const testRows = Int32Array.from({ length: 120 }, (_, i) => i);
  const held = new Set(testRows);
  const turned = {
    ...planted,
    columns: planted.columns.map((column) => {
      if (column.kind !== 'number' || column.name !== 'target') return column;
      return { ...column, values: column.values.map((v, r) => (held.has(r) ? 1 - v : v)) };
    }),
  };
  using one = await Profiler.fit(inline, { table: planted }, { ...best, ignore, testRows });
  using other = await Profiler.fit(inline, { table: turned }, { ...best, ignore, testRows });
  assert.ok(lossOf(other) > 1.05 * lossOf(one), `${lossOf(other)} against ${lossOf(one)}`);
  assert.equal(other.summary.candidates, one.summary.candidates);
  assert.equal(other.scores[0].score.model.write(), one.scores[0].score.model.write());
});

test('the same bytes for any number of workers: two classes, several, and numbers', async () => {
  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    const table = makeTable({ seed: 7, rows: 251, numbers: 3, codes: 1, texts: 1, missing: 0.1, task });
    let expected: Uint8Array | undefined;
    for (const threads of task === 'multiclass' ? [0, 2] : [0, 1, 2]) {
      await using engine = await createEngine({ threads, reproducible: true });
      const modelOptions = { families: task === 'multiclass' ? ['network'] : ['trees', 'linear'], folds: 2 };
      using fitted = await Profiler.fit(engine, { table }, { ...best, modelOptions });
      const bytes = await fitted.save();
      expected ??= bytes;
      assert.ok(Buffer.compare(bytes, expected) === 0, `${task}, ${threads} workers`);
      assert.is(engine.memoryStats().regions, 1, 'the model alone stays in memory');
    }
  }
});

test('several targets are each searched by themselves; weights of rows count', async () => {
  const fit = (options: Partial<FitOptions>) => Profiler.fit(inline, { table: planted }, { ...best, ...options });
  using both = await fit({ target: ['target', 'other'], ignore: ['counts'] });
  const [first, second] = both.scores.map(({ score }) => score.summary);
  assert.equal(first.candidates, searched.summary.candidates);
  assert.is(second.task, 'regression');
  assert.ok(Number(second.facts.trials) > 0);
  using weighed = await fit({ ignore: ['other'], weight: 'counts' });
  assert.is(weighed.summary.facts.trials, searched.summary.facts.trials);
  const [one, other] = [weighed, searched].map((profiler) => candidateOf(profiler, 'trees').loss);
  assert.is.not(one, other);
});

test('few rows are not searched; options that a family does not have are refused', async () => {
  const table = makeTable({ seed: 3, rows: 120, numbers: 2, codes: 0, texts: 0, missing: 0, task: 'binary' });
  using few = await Profiler.fit(inline, { table }, best);
  assert.is('trials' in few.summary.facts, false);
  for (const [members, message] of [
    [{ mine: { like: 'forest', options: {} } }, /'trees', 'small trees', 'network' or 'linear'/],
    [{ mine: { like: 'trees', options: { maxLeafNodes: 1 } } }, /'maxLeafNodes'/],
    [{ mine: { like: 'linear', options: { dropout: 0.5 } } }, /dropout/],
  ] as const) {
    const modelOptions = { ...trees, members };
    const error = await refusal(() => Profiler.fit(inline, { table }, { ...best, model: 'blend', modelOptions }));
    assert.is(error.code, 'argument');
    assert.match(error.message, message);
  }
});

test('an abort in the middle of the search leaves nothing behind', async () => {
  const table = makeTable({ seed: 7, rows: 2000, numbers: 3, codes: 1, texts: 1, missing: 0.1, task: 'binary' });
  await using engine = await createEngine({ threads: 2 });
  const before = engine.memoryStats().regions;
  const stop = new AbortController();
  const seen: string[] = [];
  const onProgress = ({ stage, done, note }: { stage: string; done: number; note?: string }) => {
    if (stage !== 'train') return;
    seen.push(`${note}`);
    if (done === 9) stop.abort();
  };
  const running = Profiler.fit(engine, { table }, { ...best, signal: stop.signal, onProgress });
  assert.is((await refusal(() => running)).code, 'aborted');
  assert.ok(seen.at(-1)?.includes('trials of a search'), `${seen}`);
  assert.is(engine.memoryStats().regions, before, 'nothing stays in memory');
});

test.run();
