/** Dates through the command: of every format, as of a moment, in the summary and in what is written. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DateDay, Table, TimestampMillisecond, tableToIPC, vectorFromArray } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTable } from '../../src/index.js';
import { openDatabase } from '../../src/io/duckdb.js';
import { cameo, folder } from '../support/command.js';
import { datedTable } from '../support/dates.js';
import { workbook } from '../support/workbook.js';

const cwd = folder();
const path = (name: string) => join(cwd, name);
const { table, times } = datedTable('hour', { rows: 900 });
const target = (r: number) => (table.columns[2] as { codes: Int32Array }).codes[r];
const lines = times.map(
  (time, r) => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')},${target(r) ? 'yes' : 'no'}`,
);
writeFileSync(path('t.csv'), `when,y\n${lines.join('\n')}\n`);
const objects = lines.map((line) => line.split(',')).map(([when, y]) => JSON.stringify({ when: `${when}:00`, y }));
writeFileSync(path('t.jsonl'), objects.join('\n'));
{
  await using database = await openDatabase();
  const copy = (name: string, type: string) =>
    database.connection.run(
      `COPY (SELECT "when"::${type} AS "when", y FROM read_csv('${path('t.csv')}')) TO '${path(name)}' (FORMAT parquet)`,
    );
  await copy('t.parquet', 'TIMESTAMP');
  await copy('ns.parquet', 'TIMESTAMP_NS');
  await copy('tz.parquet', "TIMESTAMP AT TIME ZONE 'UTC'");
  await copy('date.parquet', 'DATE');
}
const y = vectorFromArray(lines.map((line) => line.split(',')[1]));
const stamps = vectorFromArray(
  times.map((time) => new Date(time)),
  new TimestampMillisecond(),
);
writeFileSync(path('t.arrow'), tableToIPC(new Table({ when: stamps, y }), 'file'));
const days = vectorFromArray(
  times.map((time) => new Date(time)),
  new DateDay(),
);
writeFileSync(path('date.arrow'), tableToIPC(new Table({ when: days, y }), 'file'));
// Excel counts days from the end of 1899.
const cells = times.map((time, r) => [{ date: time / 864e5 + 25_569 }, target(r) ? 'yes' : 'no']);
writeFileSync(path('t.xlsx'), workbook({ S: [['when', 'y'], ...cells] }));

const FIT = ['--target', 'y', '--threads', '0', '--max-iter', '60'];
async function fit(...args: string[]) {
  const { code, stdout, stderr } = await cameo(['fit', ...args, ...FIT, '--json', '--save', 'm.cameo'], { cwd });
  assert.is(code, 0, stderr);
  return JSON.parse(stdout.toString());
}

test('times of every format are the same feature; days without times have no hour to learn from', async () => {
  const { evaluation, features, ignored } = await fit('t.csv');
  assert.ok(evaluation.rocAuc > 0.75, `${evaluation.rocAuc}`);
  assert.equal([features, ignored], [1, []]);
  for (const name of ['t.jsonl', 't.parquet', 'ns.parquet', 'tz.parquet', 't.arrow', 't.xlsx'])
    assert.equal((await fit(name)).evaluation, evaluation, name);
  const dated = await fit('date.parquet');
  assert.equal((await fit('date.arrow')).evaluation, dated.evaluation);
  assert.ok(dated.evaluation.rocAuc < 0.65);
  const { stdout } = await cameo(['inspect', 'm.cameo', '--json'], { cwd });
  const { dates } = JSON.parse(stdout.toString());
  const latest = new Date(Math.max(...times)).toISOString().slice(0, 10);
  assert.is(dates[0].asOf, latest);
  assert.ok(dates[0].parts.includes('weekday') || dates[0].parts.includes('sunday'));
  assert.not.ok(dates[0].parts.includes('hour'));
});

test('--as-of is the moment that dates count back from, in training and with a saved model', async () => {
  await fit('t.csv', '--as-of', '2025-02-01');
  const inspected = await cameo(['inspect', 'm.cameo'], { cwd });
  assert.match(inspected.stdout.toString(), /dates\n {2}when {2}2025-02-01 {2}age, year\.sine/);
  const profile = async (name: string, ...more: string[]) => {
    const ended = await cameo(['profile', 't.csv', '--model', 'm.cameo', '--threads', '0', '-o', name, ...more], { cwd });
    assert.is(ended.code, 0, ended.stderr);
    return ended.stdout.toString();
  };
  const summary = await profile('a.jsonl');
  assert.match(summary, /when = 202[34]-\d\d-\d\d( \d\d:\d\d)?\n/);
  await profile('b.jsonl', '--as-of', '2025-02-01');
  await profile('c.jsonl', '--as-of', '2027-02-01 12:00');
  const scores = async (name: string) => [...((await readTable(path(name))).columns[1] as { values: Float64Array }).values];
  assert.equal(await scores('b.jsonl'), await scores('a.jsonl'));
  assert.not.equal(await scores('c.jsonl'), await scores('a.jsonl'));
  const refused = await cameo(['profile', 't.csv', '--model', 'm.cameo', '--as-of', 'soon'], { cwd });
  assert.is(refused.code, 2);
  assert.match(refused.stderr, /Option 'asOf' must be a date such as '2025-12-31'.*found 'soon'/);
});

test('reasons hold the date in every format that is written', async () => {
  await fit('t.csv');
  for (const name of ['o.jsonl', 'o.csv', 'o.arrow', 'o.parquet']) {
    const { code, stderr } = await cameo(['profile', 't.csv', '--model', 'm.cameo', '--threads', '0', '-o', name], { cwd });
    assert.is(code, 0, stderr);
  }
  const iso = new Date(times[0]).toISOString().slice(0, -1);
  await using database = await openDatabase();
  const first = async (from: string) => {
    const rows = await database.connection.runAndReadAll(
      `SELECT CAST(explanation_y[1].date AS VARCHAR), explanation_y[1].feature FROM ${from} LIMIT 1`,
    );
    return rows.getRows()[0];
  };
  for (const from of [`read_json_auto('${path('o.jsonl')}')`, `read_parquet('${path('o.parquet')}')`]) {
    const [date, feature] = await first(from);
    assert.is(feature, 'when');
    assert.is(Date.parse(`${String(date).replace(' ', 'T')}Z`), times[0], from);
  }
  const csv = await database.connection.runAndReadAll(`SELECT explanation_y FROM read_csv('${path('o.csv')}') LIMIT 1`);
  assert.is(JSON.parse(String(csv.getRows()[0][0]))[0].date, iso);
});

test('an odd date among many is missing, and said', async () => {
  writeFileSync(path('odd.csv'), `when,y\n${['soon,no', ...lines.slice(1)].join('\n')}\n`);
  const { code, stdout, stderr } = await cameo(['profile', 'odd.csv', ...FIT], { cwd });
  assert.is(code, 0, stderr);
  assert.match(stdout.toString(), /Rare or unknown values, by column: when 1\./);
});

test.run();
