/** Profiles as CSV: each cell as the JSON lines have it, read back by two readers; texts that would be formulas are not. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import Papa from 'papaparse';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTable } from '../../src/index.js';
import { csvCell } from '../../src/io/write-csv.js';
import { cameo, folder } from '../support/command.js';

const cwd = folder();
const LINES = Array.from(
  { length: 60 },
  (_, i) =>
    `"u ""${i}""",${i},${['=1+1', '+49 30', '-x', '@who', 'a,b', 'two\nlines', ''][i % 7].replace(/^.*[,\n].*$/s, '"$&"')},${i % 3 ? 'no' : 'yes'}`,
);
writeFileSync(join(cwd, 't.csv'), `id,n,label,target\n${LINES.join('\n')}\n`);

test('.csv and .csv.gz hold what .jsonl holds', async () => {
  const job = [
    'profile',
    't.csv',
    '--target',
    'target',
    '--id',
    'id',
    '--attributes',
    'n,label',
    '--threads',
    '0',
    '--max-iter',
    '3',
    '--quiet',
  ];
  for (const output of ['p.jsonl', 'p.csv', 'p.csv.gz']) {
    const { code, stderr } = await cameo([...job, '-o', output], { cwd });
    assert.is(code, 0, stderr);
  }
  const text = readFileSync(join(cwd, 'p.csv'), 'utf8');
  assert.is(gunzipSync(readFileSync(join(cwd, 'p.csv.gz'))).toString(), text);
  const objects = readFileSync(join(cwd, 'p.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const [names, ...rows] = Papa.parse<string[]>(text, { skipEmptyLines: true }).data;
  assert.equal(names, Object.keys(objects[0]));
  assert.is(rows.length, 60);
  for (const [i, row] of rows.entries()) {
    for (const [j, name] of names.entries()) {
      const value = objects[i][name];
      const guarded = typeof value === 'string' && /^[=+\-@]/.test(value) ? `'${value}` : value;
      assert.is(
        row[j],
        value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(guarded),
        `${name} of row ${i}`,
      );
    }
  }
  const table = await readTable(join(cwd, 'p.csv'));
  assert.is(table.rows, 60);
  assert.equal(
    table.columns.map(({ name }) => name),
    names,
  );
  const { code, stdout } = await cameo(['inspect', 'p.csv.gz', '--json'], { cwd });
  assert.is(code, 0);
  assert.is(JSON.parse(stdout.toString()).rows, 60);
});

test('a cell is what it was, but for the apostrophe before what would be a formula', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('=A1', '+x', '-5', '-5.5e3', '@', '\tx', '\rx', '＝1', '"', ' ', 'a,"b"\n'),
  );
  fc.assert(
    fc.property(text, (given) => {
      const [[back]] = Papa.parse<string[]>(`${csvCell(given)},x`, { delimiter: ',', newline: '\n' }).data;
      assert.ok(
        back === given || (back === `'${given}` && /^[=+\-@\t\r\n＝＋－＠]/.test(given)),
        JSON.stringify([given, back]),
      );
      assert.ok(!/^[=+\-@\t\r\n＝＋－＠]/.test(back) || !Number.isNaN(Number(back)));
    }),
  );
});

test.run();
