/** Dates as features: which columns are, what each date becomes, and that the same comes of a table, a row and a file. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Column, createEngine, type Table } from '../../src/index.js';
import type { Part } from '../../src/part.js';
import { DateFeature } from '../../src/prepare/date.js';
import type { Encoding } from '../../src/prepare/feature.js';
import { Features } from '../../src/prepare/features.js';
import { fitFeatures } from '../../src/prepare/fit-features.js';
import { DATE_PARTS, NO_DATE } from '../../src/programs/encoders/date.js';
import { encodeRows } from '../../src/score/shards.js';
import { stride } from '../../src/wasm/kernels.js';
import { place } from '../../src/wasm/memory.js';
import { datedTable } from '../support/dates.js';
import { refusal } from '../support/refused.js';

const engine = await createEngine({ threads: 0, reproducible: true });
test.after(() => engine.close());

const allRows = (rows: number) => Int32Array.from({ length: rows }, (_, r) => r);
const fit = (table: Table, preset: 'default' | 'article' = 'default', asOf?: number) =>
  fitFeatures(engine, table, allRows(table.rows), new Set(['y']), preset, ['standard', 'raw'], asOf);
const textColumn = (name: string, texts: (string | null)[]): Column => {
  const categories = [...new Set(texts.filter((text) => text !== null))].sort();
  return {
    name,
    kind: 'category',
    codes: Int32Array.from(texts, (text) => (text === null ? -1 : categories.indexOf(text))),
    categories,
  };
};
const tableOf = (texts: (string | null)[]): Table => ({ rows: texts.length, columns: [textColumn('when', texts)] });

/** The encoded rows of a table, without what fills them up. */
async function encoded(features: Features, table: Table, encoding: Encoding = 'standard'): Promise<number[][]> {
  const { at: plan, region } = place(engine, (layout) => features.place(layout, [encoding]));
  using _ = region;
  using tile = await encodeRows(engine, plan, features, features.bind(table, new Set(['y'])), allRows(table.rows), {});
  const ld = stride(plan.inputs);
  return Array.from({ length: table.rows }, (_, r) => [...engine.f32(tile.address(r), ld)].slice(0, plan.inputs));
}

/** What the parts of a time are, by the platform's calendar and functions; NaN for age. */
function partsOf(time: number): number[] {
  const date = new Date(time);
  const day = Math.floor((time - Date.UTC(date.getUTCFullYear(), 0, 1)) / 864e5);
  const [weekday, hour] = [date.getUTCDay(), date.getUTCHours()];
  const circle = (turns: number) => [Math.sin(2 * Math.PI * turns), Math.cos(2 * Math.PI * turns)];
  return [
    Number.NaN,
    ...circle(day / 365.25),
    ...circle((weekday * 24 + hour) / 168),
    ...Array.from({ length: 7 }, (_, d) => Number(d === weekday)),
    ...circle(hour / 24),
    (hour - 11.5) / 11.5,
    0,
  ];
}

test('a date becomes what the calendar says; numbers before and categories behind it stay as they are', async () => {
  const { table, times } = datedTable('hour', { rows: 600, missing: 0.2 });
  const with3: Table = {
    rows: table.rows,
    columns: [
      ...table.columns,
      { name: 'more', kind: 'number', values: Float64Array.from(times, (_, r) => (r * 7919) % 1000) },
      textColumn(
        'kind',
        times.map((_, r) => 'abc'[r % 3]),
      ),
    ],
  };
  const { features, ignored } = await fit(with3);
  assert.equal([features.names, ignored], [['noise', 'more', 'when', 'kind'], []]);
  assert.equal(features.inputs().standard.widths, [1, 1, DATE_PARTS.length, 3]);
  assert.equal(features.labelCounts, [-1, -1, -2, 3]);
  const rows = await encoded(features, with3);
  const without = await encoded(
    (await fit({ ...with3, columns: with3.columns.filter(({ name }) => name !== 'when') })).features,
    with3,
  );
  const known = times.filter((time) => !Number.isNaN(time));
  const ranks = known.map((time) => known.filter((other) => other > time).length / (known.length - 1));
  const mean = ranks.reduce((a, b) => a + b) / ranks.length;
  let k = 0;
  for (const [r, time] of times.entries()) {
    const date = rows[r].slice(2, 2 + DATE_PARTS.length);
    assert.equal([...rows[r].slice(0, 2), ...rows[r].slice(-3)], without[r], `${r}`);
    if (Number.isNaN(time)) {
      assert.equal(date, [...new Array(DATE_PARTS.length - 1).fill(0), 1]);
      continue;
    }
    for (const [part, expected] of partsOf(time).entries())
      if (part > 0) assert.ok(Math.abs(date[part] - expected) < 1e-6, `${DATE_PARTS[part]} of ${new Date(time).toISOString()}`);
    // Ages are ranks among those of training, missing ones at the mean, with a deviation of 1 over all rows.
    const deviation = Math.sqrt(ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / times.length);
    assert.ok(Math.abs(date[0] - (ranks[k++] - mean) / deviation) < 0.02, `age of row ${r}`);
  }
});

test('raw a date is the numbers that the calendar has, NaN without one; those that vary in training', async () => {
  const { table, times } = datedTable('hour', { rows: 300, missing: 0.2 });
  const { features } = await fit(table);
  const none = [-1, -1, -1, -1, -1];
  assert.equal(features.inputs().raw, { widths: [1, 4], labels: none, missing: none });
  const latest = Math.max(...times.filter((time) => !Number.isNaN(time)));
  const rows = await encoded(features, table, 'raw');
  for (const [r, time] of times.entries()) {
    const date = new Date(time);
    const day = Math.floor((time - Date.UTC(date.getUTCFullYear(), 0, 1)) / 864e5);
    const age = Math.fround((latest - time) / 864e5);
    assert.equal(rows[r].slice(1), [age, day, (date.getUTCDay() + 6) % 7, date.getUTCHours()]);
  }
  const alone = (await fitFeatures(engine, table, allRows(table.rows), new Set(['y']), 'default', ['raw'])).features;
  assert.equal(await encoded(Features.read(alone.write(), ['number', 'date']), table, 'raw'), rows);
  const mondays = tableOf(Array.from({ length: 30 }, (_, i) => new Date(Date.UTC(2025, 0, 6) + i * 7 * 864e5).toISOString()));
  assert.equal((await fit(mondays)).features.inputs().raw.widths, [2]);
  const once = tableOf(Array.from({ length: 30 }, (_, i) => (i % 2 ? '2025-01-01' : null)));
  assert.equal((await fit(once)).features.inputs().raw.widths, [1]);
});

test('parts that are the same in all of training are left out', async () => {
  const parts = async (texts: (string | null)[]) =>
    ((await fit(tableOf(texts))).features.list[0] as DateFeature).parts.map((part) => DATE_PARTS[part]);
  const clock = ['day.sine', 'day.cosine', 'hour'];
  const days = Array.from({ length: 60 }, (_, i) => `2025-${i < 30 ? '01' : '04'}-${String(1 + (i % 30)).padStart(2, '0')}`);
  assert.equal(
    await parts(days),
    DATE_PARTS.filter((part) => ![...clock, 'missing'].includes(part)),
  );
  assert.equal(
    await parts(days.map((day, i) => (i % 4 ? `${day} 10:${10 + (i % 9)}` : null))),
    DATE_PARTS.filter((part) => !clock.includes(part)),
  );
  const mondays = Array.from({ length: 30 }, (_, i) => new Date(Date.UTC(2025, 0, 6) + i * 7 * 864e5).toISOString());
  assert.equal(await parts(mondays), ['age', 'year.sine', 'year.cosine']);
  assert.equal(await parts(days.map((_, i) => (i % 2 ? '2025-01-01' : null))), ['missing']);
});

test('what is a date and what is not: identifiers no more, ambiguous ones still text, nothing in the plain preset', async () => {
  const column = (write: (i: number) => string | null) => tableOf(Array.from({ length: 40 }, (_, i) => write(i)));
  const isDate = async (table: Table, preset?: 'default' | 'article') =>
    (await fit(table, preset)).features.list[0] instanceof DateFeature;
  const day = (i: number) => String(1 + (i % 28)).padStart(2, '0');
  assert.ok(await isDate(column((i) => `2025-${day(i % 12)}-${day(i)} 10:00:0${i % 10}`)));
  assert.ok(await isDate(column((i) => `${day(i)}/${day(i % 12)}/2025`)));
  assert.not.ok(await isDate(column((i) => `${day(i % 12)}/${day(i % 3)}/2025`)));
  assert.not.ok(
    await isDate(
      column((i) => `2025-01-${day(i % 9)}`),
      'article',
    ),
  );
  // Only rows of training decide.
  const mixed = column((i) => (i < 30 ? `2025-01-${day(i % 9)}` : `word ${i % 3}`));
  const { features } = await fitFeatures(engine, mixed, allRows(30), new Set(), 'default', ['standard']);
  assert.instance(features.list[0], DateFeature);
  assert.equal([...features.bind(mixed, new Set()).unknown], [['when', 10]]);
});

test('what a table, a row and a file give is the same; text, Date and milliseconds are', async () => {
  const { table, times } = datedTable('recency', { rows: 400, missing: 0.1 });
  const { features } = await fit(table);
  const part = features.write();
  const read = Features.read(part, JSON.parse(part.metadata.kinds));
  assert.equal(read.write(), part);
  assert.equal(await encoded(read, table), await encoded(features, table));
  const feature = read.list[1] as DateFeature;
  const { values } = feature.bind(table.columns[1]);
  for (const [r, time] of times.entries()) {
    const minutes = Number.isNaN(time) ? NO_DATE : time / 60_000;
    assert.is(values[r], minutes);
    for (const value of [time, new Date(time)]) assert.is(feature.one(value, r), minutes);
    if (!Number.isNaN(time)) assert.is(feature.one(new Date(time).toISOString(), r), minutes);
  }
  fc.assert(
    fc.property(fc.date({ min: new Date('1000-01-01'), max: new Date('5999-12-31'), noInvalidDate: true }), (date) => {
      const minutes = Math.floor(date.getTime() / 60_000);
      for (const value of [date, date.getTime(), date.toISOString()]) assert.is(feature.one(value, 0), minutes);
    }),
  );
  for (const none of [null, undefined, Number.NaN, '', ' - ', 'NA', '9999-12-31', '0001-01-01', Date.UTC(9999, 0), -1e17])
    assert.is(feature.one(none, 0), NO_DATE, String(none));
});

test('as of another moment only ages change, by as much', async () => {
  const { table, times } = datedTable('recency', { rows: 300 });
  const latest = Math.max(...times);
  const fitted = (await fit(table)).features;
  assert.is((fitted.list[1] as DateFeature).moment, latest / 60_000);
  const asOf = Date.UTC(2026, 0, 1);
  const given = (await fit(table, 'default', asOf)).features;
  assert.is((given.list[1] as DateFeature).moment, asOf / 60_000);
  const rows = await encoded(fitted, table);
  // The moment of training is where ages count from, and no more: the ranks are the same.
  assert.equal(await encoded(given, table), rows);
  assert.equal(await encoded(given.asOf(asOf), table), rows);
  const later = await encoded(fitted.asOf(latest + 200 * 864e5), table);
  for (const [r, row] of later.entries()) {
    assert.equal([row[0], ...row.slice(2)], [rows[r][0], ...rows[r].slice(2)]);
    assert.ok(row[1] > rows[r][1] || row[1] === Math.max(...rows.map((all) => all[1])), `${r}`);
  }
  // As if all had come so much earlier.
  const moved = tableOf(times.map((time) => new Date(time - 200 * 864e5).toISOString()));
  const ages = await encoded(fitted, { ...table, columns: [table.columns[0], moved.columns[0], table.columns[2]] });
  assert.equal(
    later.map((row) => row[1]),
    ages.map((row) => row[1]),
  );
});

test('another type, an odd date, infinity, a moment that is none: named', async () => {
  const feature = (await fit(datedTable('hour', { rows: 60 }).table)).features.list[1] as DateFeature;
  const refused = async (work: () => unknown, message: RegExp, code = 'column') => {
    const error = await refusal(work);
    assert.is(error.code, code);
    assert.match(error.message, message);
  };
  await refused(
    () => feature.bind({ name: 'when', kind: 'number', values: Float64Array.of(1) }),
    /'when' was a date .* and is a number/,
  );
  await refused(() => feature.bind(textColumn('when', ['soon', null])), /'when' was a date .* and is text/);
  assert.equal(
    feature.bind({ name: 'when', kind: 'number', values: Float64Array.of(Number.NaN) }).values,
    Int32Array.of(NO_DATE),
  );
  assert.equal(feature.bind(textColumn('when', [null])).values, Int32Array.of(NO_DATE));
  await refused(() => feature.one('next week', 3), /'when' was a date .* row 3 holds none. Write it as '2025-12-31'/);
  await refused(() => feature.one('31/12/2025', 3), /row 3 holds none/);
  await refused(() => feature.one(true, 3), /'when' was a date .* and is boolean/);
  await refused(() => feature.one(Number.POSITIVE_INFINITY, 3), /infinite in row 3/);
  await refused(() => feature.asOf(Number.NaN), /'asOf' must be a date/, 'argument');
});

test('a part that was changed is refused with what was expected', async () => {
  const { features } = await fit(datedTable('hour', { rows: 80, missing: 0.1 }).table);
  const part = features.write();
  const kinds = JSON.parse(part.metadata.kinds);
  const f64 = (...values: number[]) => ({ shape: [values.length], values: Float64Array.from(values) });
  const described = (change: object) => JSON.stringify([{ order: 'ymd', parts: ['age', 'hour'], ...change }]);
  const cases: [RegExp, (copy: Part) => void][] = [
    [/parts of 'when'/, ({ metadata }) => (metadata['date.features'] = described({ parts: ['hour', 'age'] }))],
    [/parts of 'when'/, ({ metadata }) => (metadata['date.features'] = described({ parts: [] }))],
    [/date\.features|'features'/, ({ metadata }) => (metadata['date.features'] = described({ parts: ['era'] }))],
    [/'features'/, ({ metadata }) => (metadata['date.features'] = described({ order: 'ydm' }))],
    [/ages of dates/, ({ metadata }) => (metadata['date.features'] = '[]')],
    [/'moment'/, ({ tensors }) => (tensors['date.moment'] = f64(1e12))],
    [/'moment'/, ({ tensors }) => (tensors['date.moment'] = f64(0.5))],
    [/'moment'/, ({ tensors }) => (tensors['date.moment'] = f64())],
    [/scale/, ({ tensors }) => (tensors['date.age.scale'] = f64(0))],
    [/quantiles/, ({ tensors }) => (tensors['date.age.quantiles'] = { shape: [1, 2], values: Float32Array.of(2, 1) })],
    [/quantiles|nothing/, ({ tensors }) => delete tensors['date.age.quantiles']],
  ];
  for (const [message, change] of cases) {
    const copy: Part = { metadata: { ...part.metadata }, tensors: { ...part.tensors } };
    change(copy);
    const error = await refusal(() => Features.read(copy, kinds));
    assert.is(error.code, 'model', error.message);
    assert.match(error.message, message);
  }
});

test.run();
