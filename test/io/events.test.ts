/** Event logs as plain columns, against the rows that the log was made of. */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventLog } from '../../src/io/event-log.js';
import { readEvents } from '../../src/io/events.js';
import type { Events } from '../../src/table/events.js';
import { folder } from '../support/command.js';
import { byBytes, eventsOf, IDS, type LogRow, logs } from '../support/event-log.js';
import { refusal, refusesUnknownNames, refusesValues } from '../support/refused.js';

const cwd = folder();
/** A file of lines below a header. */
function written(name: string, lines: readonly string[]): string {
  const path = join(cwd, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
const COLUMNS = { user: 'user', item: 'item', time: 'time' };

/** Of a log of LogRows with everything that a log may have. */
const WHOLE: Omit<EventLog, 'path'> = {
  ...COLUMNS,
  value: 'value / 10000',
  orders: "kind = 'order'",
  weight: 'weight / 1000000',
  rating: 'rating / 10000',
  price: 'price / 10000',
  fields: ['brand'],
};
function logOf(rows: readonly LogRow[]): string {
  const text = (time: number) =>
    `${new Date(Math.floor(time / 1000)).toISOString().slice(0, 23)}${String(((time % 1000) + 1000) % 1000).padStart(3, '0')}`;
  return written('log.csv', [
    'user,item,time,value,kind,weight,rating,price,brand',
    ...rows.map((r) =>
      [r.user, r.item, text(r.time), r.value, r.bought ? 'order' : 'view', r.weight, r.rating, r.price, r.brand]
        .map((x) => x ?? '')
        .join(),
    ),
  ]);
}

/** Comparable: NaN as null, arrays as lists, and rows that are alike in user, time and item in an order of their own. */
function plain(events: Events, ordered = true) {
  const { users, items, labels, fields, asOf, asOfGiven, counts } = events;
  const list = (values?: ArrayLike<number>) => values && Array.from(values, (x) => (Number.isNaN(x) ? null : x));
  const columns = [
    events.user,
    events.time,
    events.item,
    events.value,
    events.bought,
    events.weight,
    events.rating,
    events.price,
  ];
  const lists = [...columns, ...fields.map(({ codes }) => codes)].map(list);
  const rows = Array.from({ length: events.rows }, (_, r) => lists.map((values) => values?.[r]));
  const key = (row: unknown[]) => JSON.stringify(row);
  const names = fields.map(({ name, values }) => ({ name, values }));
  const shown = ordered ? rows : rows.map(key).sort();
  return { users, items, labels, fields: names, asOf, asOfGiven, counts, rows: shown };
}

test('any log: columns, ids by their bytes, rows by user, time, item and their place in the log', async () => {
  await fc.assert(
    fc.asyncProperty(logs, async (rows) => {
      const events = await readEvents({ ...WHOLE, path: logOf(rows) });
      assert.equal(plain(events), plain(eventsOf(rows)));
    }),
    { numRuns: 20 },
  );
});

test('plain columns: nothing but values, which can be cloned, and no file is left', async () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('cameo-')).length;
  const path = written('plain.csv', ['user,item,time', 'a,x,2024-01-01', 'b,y,2024-01-02']);
  const events = await readEvents({ ...COLUMNS, path });
  assert.equal(structuredClone(events), events);
  assert.equal([events.weight, events.rating, events.price, events.fields], [undefined, undefined, undefined, []]);
  assert.equal(
    [[...events.value], [...events.bought]],
    [
      [0, 0],
      [1, 1],
    ],
  );
  assert.is(readdirSync(tmpdir()).filter((name) => name.startsWith('cameo-')).length, before);
});

test('ids are the same text however a file holds them', async () => {
  const path = written('ids.csv', ['user,item,time', '1.0,  x ,2024-01-01', '2.5,x,2024-01-01', '30.0,y,2024-01-01']);
  const events = await readEvents({ ...COLUMNS, path });
  assert.equal(
    [events.users, events.items],
    [
      ['1', '2.5', '30'],
      ['x', 'y'],
    ],
  );
  const odd = written('odd.csv', ['user,item,time', ...IDS.map((id) => `${id},${id},2024-01-01`)]);
  const found = await readEvents({ ...COLUMNS, path: odd });
  assert.equal([found.users, found.items], [byBytes(IDS), byBytes(IDS)]);
  assert.not.equal(byBytes(IDS), [...IDS].sort());
});

const MOMENT = Date.UTC(2024, 4, 6, 7, 8, 9);
test('times: seconds, milliseconds, dates, texts with an offset; what is none is counted by its cause', async () => {
  const cases: [text: string, time: number | 'noTime' | 'badTime' | 'farTime'][] = [
    [`${MOMENT / 1000}`, MOMENT],
    [`${MOMENT}`, MOMENT],
    ['2024-05-06 07:08:09', MOMENT],
    ['2024-05-06T07:08:09.123456', MOMENT + 123.456],
    ['2024-05-06T07:08:09Z', MOMENT],
    ['2024-05-06 09:08:09+02:00', MOMENT],
    ['2024-05-06', Date.UTC(2024, 4, 6)],
    ['1969-12-31 23:59:59.5', -500],
    [`${MOMENT / 1000}.25`, MOMENT + 250],
    [`${MOMENT}.5`, MOMENT + 0.5],
    ['0001-01-01', new Date('0001-01-01').getTime()],
    ['9999-12-31', Date.UTC(9999, 11, 31)],
    ['10000-01-01', 'farTime'],
    ['294247-01-01', 'farTime'],
    ['0000-12-31', 'farTime'],
    ['-4000-01-01', 'farTime'],
    ['4001-01-01 (BC)', 'farTime'],
    ['infinity', 'farTime'],
    ['-infinity', 'farTime'],
    ['9223372036854775807', 'farTime'],
    [`${MOMENT * 1000}`, 'farTime'],
    ['2024-02-30', 'badTime'],
    ['soon', 'badTime'],
    ['', 'noTime'],
    ['" "', 'noTime'],
  ];
  for (const [text, time] of cases) {
    // Beside one that can be read.
    const path = written('times.csv', ['user,item,time', `a,x,${text}`, `b,x,${/^[\d.]+$/.test(text) ? 1e12 : '2000-01-01'}`]);
    const { rows, counts, time: found, users } = await readEvents({ ...COLUMNS, path });
    const used = typeof time === 'number';
    assert.equal([rows, used || counts[time]], used ? [2, true] : [1, 1], text);
    if (used) assert.is(found[users.indexOf('a')], time, text);
  }
});

test('the label of an item is its commonest, of equally common ones the first in the alphabet', async () => {
  const labels = { x: ['b', 'b', 'a', ''], y: ['b', 'a', 'ä', 'a', 'b'], z: ['', ''] };
  const lines = Object.entries(labels).flatMap(([item, list]) => list.map((label) => `u,${item},2024-01-01,${label}`));
  const path = written('labels.csv', ['user,item,time,name', ...lines]);
  assert.equal((await readEvents({ ...COLUMNS, path, label: 'name' })).labels, ['b', 'a', null]);
  assert.equal((await readEvents({ ...COLUMNS, path })).labels, [null, null, null]);
});

test('every row is counted once, by its first cause', async () => {
  const good = ['a,x,2024-01-01,1,1', 'a,y,2024-01-02,2,1', 'b,x,2024-03-01,3,1'];
  const bad = [
    [',x,2024-01-01,1,1', 'noUser'],
    ['" ",,,,', 'noUser'],
    ['a,,2024-01-01,1,1', 'noItem'],
    ['a,x,,1,1', 'noTime'],
    ['a,x,someday,1,1', 'badTime'],
    ['a,x,294247-01-01,1,1', 'farTime'],
    ['a,x,2024-01-01,-1,1', 'cancelled'],
    ['a,x,2024-01-01,0,1', 'filtered'],
    ['a,x,2024-01-01,9e30,1', 'badNumber'],
    ['a,x,2024-01-01,1,-1', 'badNumber'],
  ];
  const path = written('bad.csv', ['user,item,time,n,w', ...good, ...bad.map(([line]) => line), good[0]]);
  const log = { ...COLUMNS, path, value: 'n', weight: 'w', where: 'n > 0', cancelled: 'n = -1' };
  const tally = { noUser: 2, noItem: 1, noTime: 1, badTime: 1, farTime: 1, cancelled: 1, filtered: 1, badNumber: 2 };
  const { counts } = await readEvents(log);
  assert.equal(counts, { rows: 14, used: 4, ...tally, afterAsOf: 0, duplicate: 0 });
  const distinct = await readEvents({ ...log, distinct: true, asOf: '2024-03-01' });
  assert.equal(distinct.counts, { rows: 14, used: 2, ...tally, afterAsOf: 1, duplicate: 1 });
  assert.equal([distinct.asOf, distinct.asOfGiven], [Date.UTC(2024, 2, 1), true]);
  const none = await refusal(() => readEvents({ ...log, where: 'n > 1000' }));
  assert.is(none.code, 'data');
  assert.match(
    none.message,
    /No event is left of 14 rows: 2 without a user, 1 without an item, 1 without a time, 1 whose time cannot be read, 1 whose time is outside the years 1 to 9999, 1 cancelled/,
  );
});

test('with distinct, rows that tie do not depend on the order of the log', async () => {
  const lines = Array.from({ length: 300 }, (_, k) => `u${k % 3},i${k % 2},2024-01-0${1 + (k % 2)},${k},b${k % 7}`);
  const read = async (name: string, all: string[]) => {
    const path = written(name, ['user,item,time,n,brand', ...all]);
    return plain(await readEvents({ ...COLUMNS, path, value: 'n', fields: ['brand'], distinct: true }));
  };
  assert.equal(await read('down.csv', [...lines].reverse()), await read('up.csv', lines));
});

test('the moment: text with or without an offset; what is none is refused', async () => {
  const path = written('moment.csv', ['user,item,time', 'a,x,2024-01-01 12:00:00', 'b,y,2024-01-02 12:00:00.25']);
  const read = async (asOf?: string) => {
    const { asOf: moment, asOfGiven, rows } = await readEvents({ ...COLUMNS, path, asOf });
    return [moment, asOfGiven, rows];
  };
  assert.equal(await read(), [Date.UTC(2024, 0, 2, 12) + 250, false, 2]);
  assert.equal(await read('2024-01-02'), [Date.UTC(2024, 0, 2), true, 1]);
  assert.equal(await read('2024-01-02T14:00:00.25+02:00'), [Date.UTC(2024, 0, 2, 12) + 250, true, 1]);
  assert.equal(await read('2024-01-02 12:00:00.250001'), [Date.UTC(2024, 0, 2, 12) + 250.001, true, 2]);
  for (const asOf of ['tomorrow', 'infinity', '', "'"]) {
    const { code, message } = await refusal(() => read(asOf));
    assert.is(code, 'argument');
    assert.match(message, /Option 'asOf' must be a date or a time such as 2011-06-30 or 2011-06-30 12:00:00; found/);
  }
});

test('options that are not known, of another type, or that DuckDB refuses', async () => {
  const path = written('options.csv', ['user,item,time', 'a,x,2024-01-01']);
  const use = (options: object) => readEvents({ ...COLUMNS, path, ...options });
  const known = ['path', 'query', ...Object.keys(WHOLE), 'label', 'where', 'cancelled', 'distinct', 'asOf'];
  await refusesUnknownNames(known, use);
  await refusesValues(
    [
      [{ user: 7 }, /Option 'user' must be a text; found 7/],
      [{ path: undefined }, /Option 'path' must be a text/],
      [{ distinct: 'yes' }, /Option 'distinct' must be true or false; found 'yes'/],
      [{ fields: 'brand' }, /Option 'fields' must be a list of column names; found 'brand'/],
      [{ fields: [1] }, /Option 'fields.0' must be a text; found 1/],
      [{ query: 'SELECT 1' }, /A query is for databases/],
      [
        { value: 'nonsense' },
        /The expression of 'value' is refused: it names a column 'nonsense', and there are 'user', 'item'/,
      ],
      [{ rating: '1 +' }, /The expression of 'rating' is refused: it is not one SQL expression: syntax error at or near "\)"/],
      [{ price: "date_trunc('month', item)" }, /DuckDB refuses the expression of 'price': Binder Error/],
    ],
    use,
  );
  const cases: [object, string, RegExp][] = [
    [{ user: 'nobody' }, 'column', /User column 'nobody' is not in the table, which has 'user', 'item' and 'time'/],
    [{ item: 'nothing' }, 'column', /Item column 'nothing'/],
    [{ time: 'never' }, 'column', /Time column 'never'/],
    [{ label: 'nameless' }, 'column', /Label column 'nameless'/],
    [{ fields: ['item', 'none'] }, 'column', /Preference column 'none'/],
    [{ path: join(cwd, 'absent.csv') }, 'file', /Cannot read '.*absent\.csv'/],
    [{ path: 'log.xlsx' }, 'file', /Cannot tell the format of 'log\.xlsx'/],
    [{ path: 'shop.duckdb' }, 'argument', /needs a query/],
  ];
  for (const [options, code, message] of cases) {
    const error = await refusal(() => use(options));
    assert.is(error.code, code);
    assert.match(error.message, message);
  }
});

test('an abort ends the reading', async () => {
  const path = written('long.csv', ['user,item,time', ...Array.from({ length: 50_000 }, (_, k) => `${k},${k % 9},2024-01-01`)]);
  const { code } = await refusal(() => readEvents({ ...COLUMNS, path }, { signal: AbortSignal.abort() }));
  assert.is(code, 'aborted');
  const later = new AbortController();
  const slow = refusal(() =>
    readEvents(
      { ...COLUMNS, path, where: `${'md5('.repeat(300)}item::VARCHAR${')'.repeat(300)} <> ''` },
      { signal: later.signal },
    ),
  );
  setTimeout(() => later.abort(), 300);
  assert.is((await slow).code, 'aborted');
});

test('nothing depends on the zone of the machine', () => {
  const path = written('zone.csv', [
    'user,item,time',
    'a,x,2024-03-31 02:30:00',
    'a,y,2024-03-31T01:30:00+01:00',
    'b,y,2024-10-28 00:30:00',
  ]);
  const script = `
    const [{ readEvents }, { behaviourOf, behaviourRow }, { tastesOf, tasteOf }] = await Promise.all(
      ['io/events', 'events/behaviour', 'events/preferences'].map((name) => import(\`file://${resolve('dist/src')}/\${name}.js\`)));
    const events = await readEvents(${JSON.stringify({ ...COLUMNS, path, asOf: '2024-11-01 00:00:00' })});
    const behaviour = behaviourOf(events);
    const tastes = tastesOf(events, behaviour);
    console.log(JSON.stringify([events, events.users.map((_, u) => [behaviourRow(behaviour, u), tasteOf(tastes, u)])]));`;
  const found = ['UTC', 'Asia/Tokyo', 'America/St_Johns', 'Europe/Berlin'].map((TZ) => {
    const args = ['--input-type=module', '-e', script];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { env: { ...process.env, TZ }, encoding: 'utf8' });
    assert.is(status, 0, stderr);
    return stdout;
  });
  assert.ok(found[0].includes('"firstSeen":"2024-03-31 00:30:00"') && found[0].includes('"value":"Sunday"'), found[0]);
  for (const other of found) assert.is(other, found[0]);
});

test.run();
