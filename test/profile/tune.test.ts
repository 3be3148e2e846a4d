// test timeout: 600
/** `tune`: a search over a table and over events, whatever the workers; and that nothing of the held-out rows reaches it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CameoError,
  createEngine,
  type Events,
  Profiler,
  type Table,
  type Tuned,
  type TuneOptions,
  trainTestSplit,
  tune,
} from '../../src/index.js';
import { targetOf, truthOf } from '../../src/prepare/target.js';
import { generator, numberColumn, textColumn } from '../support/tables.js';

/** A target that a few columns tell, and some that do not. */
function tableOf(rows = 300, seed = 3): Table {
  const next = generator(seed);
  const column = (name: string) =>
    numberColumn(
      name,
      Array.from({ length: rows }, () => next()),
    );
  const [a, b, ...noise] = ['a', 'b', 'noise 1', 'noise 2', 'noise 3'].map(column);
  const of = (c: Table['columns'][number], r: number) => (c.kind === 'number' ? c.values[r] : 0);
  const kind = textColumn(
    'kind',
    Array.from({ length: rows }, () => 'xyz'[Math.floor(next() * 3)]),
  );
  const bought = Array.from({ length: rows }, (_, r) =>
    of(a, r) + (of(b, r) > 0.5 ? 0.4 : 0) + 0.5 * next() > 1 ? 'yes' : 'no',
  );
  return { rows, columns: [a, b, ...noise, kind, textColumn('bought', bought)] };
}

const table = tableOf();
const OPTIONS = { target: 'bought', trials: 10, effort: 'fast', families: ['linear', 'trees'], seed: 5 } as const;
const told = ({ profiler: _, seconds: __, ...rest }: Tuned) => JSON.parse(JSON.stringify(rest));

async function withThreads<T>(
  threads: number,
  work: (engine: Awaited<ReturnType<typeof createEngine>>) => Promise<T>,
): Promise<T> {
  await using engine = await createEngine({ threads, device: 'wasm' });
  return await work(engine);
}

test('the same trials, winner and model for 0, 1, 2 and 3 workers', async () => {
  const run = (threads: number) =>
    withThreads(threads, async (engine) => {
      const found = await tune(engine, table, OPTIONS);
      using profiler = found.profiler as Profiler;
      return { found: told(found), bytes: await profiler.save() };
    });
  const one = await run(1);
  assert.is(one.found.trials.length, 11);
  assert.is(one.found.ended, 'trials');
  assert.is(one.found.standard.family, 'trees');
  for (const threads of [0, 2, 3]) {
    const other = await run(threads);
    assert.equal(other.found, one.found);
    assert.equal(other.bytes, one.bytes);
  }
});

test('the winner is what a fit with its options is, and both are evaluated on the rows that a fit holds out', async () => {
  await withThreads(2, async (engine) => {
    const found = await tune(engine, table, OPTIONS);
    using best = found.profiler as Profiler;
    using same = await Profiler.fit(engine, { table }, found.fitOptions);
    assert.equal(await best.save(), await same.save());
    const { evaluation, testRows } = same.summary;
    assert.is(found.heldOut.best, (evaluation as unknown as Record<string, number>).logLoss);
    assert.ok(found.heldOut.on.startsWith(`${testRows} held-out rows`));
    using standard = await Profiler.fit(engine, { table }, { target: 'bought', effort: 'fast', seed: 5 });
    assert.is(found.heldOut.standard, (standard.summary.evaluation as unknown as Record<string, number>).logLoss);
    assert.ok((found.compared?.best as number) <= (found.compared?.standard as number));
  });
});

test('a column that leaks in the held-out rows alone does not change what is tried, what it comes to, and what is chosen', async () => {
  const target = table.columns[table.columns.length - 1];
  const truth = truthOf(targetOf(target), target);
  const { test: held } = trainTestSplit(table.rows, { testSize: 0.2, seed: 5, stratify: truth });
  const next = generator(8);
  const noise = Array.from({ length: table.rows }, () => next());
  const leaking = noise.slice();
  for (const r of held) leaking[r] = truth[r];
  const run = (values: number[]) =>
    withThreads(2, async (engine) => {
      const found = await tune(engine, { ...table, columns: [numberColumn('planted', values), ...table.columns] }, OPTIONS);
      found.profiler?.dispose();
      const { heldOut, ...rest } = told(found);
      return { heldOut, rest };
    });
  const [with_, without] = [await run(leaking), await run(noise)];
  assert.equal(with_.rest, without.rest);
  // The plant is there: the evaluation on those rows sees it.
  assert.not.equal(with_.heldOut, without.heldOut);
});

test('numbers, several classes and weights of rows are searched too, by the metric that was asked for', async () => {
  await withThreads(1, async (engine) => {
    const few = { ...OPTIONS, trials: 3 };
    const number = await tune(engine, table, { ...few, target: 'a', families: ['linear'], metric: 'mae', weight: 'noise 1' });
    assert.is(number.metric, 'mae');
    assert.ok(number.lessIsBetter && (number.heldOut.best as number) > 0);
    assert.ok(!number.trials.some(({ leftOut }) => leftOut.includes('noise 1')));
    const several = await tune(engine, table, { ...few, target: 'kind', metric: 'accuracy' });
    assert.not(several.lessIsBetter);
    for (const { profiler } of [number, several]) profiler?.dispose();
  });
});

/** Users of two tastes, who buy on through the days. */
function eventsOf(users = 120): Events {
  const next = generator(11);
  const rows: { u: number; i: number; t: number }[] = [];
  for (let u = 0; u < users; u++) {
    const seen = new Set<number>();
    for (let k = 0; k < 12; k++) {
      const i = (u % 2) * 20 + Math.floor(20 * next() * next());
      if (!seen.has(i)) rows.push({ u, i, t: Math.floor(next() * 100) * 86_400_000 });
      seen.add(i);
    }
  }
  rows.sort((a, b) => a.u - b.u || a.t - b.t || a.i - b.i);
  const name = (prefix: string) => (_: unknown, n: number) => `${prefix}${String(n).padStart(3, '0')}`;
  const n = rows.length;
  const none = { noUser: 0, noItem: 0, noTime: 0, badTime: 0, farTime: 0, cancelled: 0, filtered: 0, badNumber: 0 };
  return {
    rows: n,
    users: Array.from({ length: users }, name('u')),
    items: Array.from({ length: 40 }, name('i')),
    user: Int32Array.from(rows, ({ u }) => u),
    item: Int32Array.from(rows, ({ i }) => i),
    time: Float64Array.from(rows, ({ t }) => t),
    value: new Float64Array(n).fill(1),
    bought: new Uint8Array(n).fill(1),
    labels: Array.from({ length: 40 }, () => null),
    fields: [],
    asOf: 101 * 86_400_000,
    asOfGiven: true,
    counts: { rows: n, used: n, ...none, afterAsOf: 0, duplicate: 0 },
  };
}

test('recommenders are searched on earlier events, and held against the choice on the last; the same for 1 and 2 workers', async () => {
  const events = eventsOf();
  const run = (threads: number) =>
    withThreads(threads, async (engine) => {
      const found = await tune(engine, { events }, { trials: 8, families: ['ials', 'neighbours', 'popularity'] });
      using profiler = found.profiler as Profiler;
      const { family, facts } = profiler.recommender.model;
      return { found: told(found), family, facts };
    });
  const one = await run(1);
  assert.is(one.found.metric, 'ndcg');
  assert.is(one.found.trials.length, 9);
  assert.is(one.family, one.found.best.family);
  assert.ok(one.found.heldOut.best > 0 && one.found.heldOut.standard > 0);
  assert.match(one.found.heldOut.on, /^the last fifth of the events, \d+ users that no trial saw$/);
  assert.equal(await run(2), one);
});

test('with a table and events the score is searched, with what users did and without', async () => {
  const events = eventsOf();
  const users = { rows: 120, columns: tableOf(120).columns.map((column) => column) };
  const id = textColumn('id', [...events.users]);
  await withThreads(1, async (engine) => {
    const data = { table: { ...users, columns: [id, ...users.columns] }, events };
    const found = await tune(engine, data, { ...OPTIONS, id: 'id', trials: 12, keep: true });
    using profiler = found.profiler as Profiler;
    assert.ok(found.trials.some(({ leftOut }) => leftOut.includes('recency_days')));
    assert.ok(found.trials.some(({ leftOut }) => !leftOut.includes('recency_days')));
    assert.ok(profiler.sections.length > 1);
  });
});

test('what cannot be searched is refused before any work', async () => {
  await withThreads(0, async (engine) => {
    const cases: [options: object, message: RegExp][] = [
      [{ target: 'bought' }, /Give a budget: 'trials'.*or 'milliseconds'/],
      [{ target: 'bought', trials: 0 }, /'trials' must be a whole number from 1/],
      [{ target: 'bought', milliseconds: 0 }, /'milliseconds' must be a whole number from 1/],
      [{ target: 'bought', trials: 2, metric: 'auc' }, /'metric' must be one of 'logLoss', .* found 'auc'/],
      [{ target: 'a', trials: 2, metric: 'logLoss' }, /'metric' must be one of 'rmse', 'mae', 'r2'/],
      [{ target: 'bought', trials: 2, families: ['forest'] }, /'families' must be among .*'trees'.* found 'forest'/],
      [
        { target: 'bought', trials: 2, families: ['bayesian-network'], classWeight: 'balanced' },
        /by weights; found 'bayesian-network'/,
      ],
      [{ target: 'bought', trials: 2, families: [] }, /'families' must be at least one family/],
      [{ target: 'bought', trials: 2, folds: 1 }, /'folds' must be a whole number from 2/],
      [{ target: 'bought', trials: 2, model: 'trees' }, /'model' is not known/],
      [{ target: 'gone', trials: 2 }, /Target column 'gone' is not in the table/],
      [{ trials: 2 }, /Give 'target'/],
    ];
    for (const [options, message] of cases) {
      let error: unknown;
      await tune(engine, table, options as TuneOptions).catch((reason) => {
        error = reason;
      });
      assert.instance(error, CameoError, JSON.stringify(options));
      assert.match((error as CameoError).message, message);
    }
    let ended = '';
    await tune(engine, table, { ...OPTIONS, signal: AbortSignal.abort() }).catch(({ code }) => {
      ended = code;
    });
    assert.is(ended, 'aborted');
    assert.is(engine.memoryStats().regions, 0);
  });
});

test.run();
