/** Arrow as other programs write it reads as what they wrote; what was cut, claims more than is there or is not read is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Null, Table, tableFromArrays, tableToIPC, vectorFromArray } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Column, readTable } from '../../src/index.js';
import { readArrow, readArrowTable } from '../../src/io/read-arrow.js';
import { folder } from '../support/command.js';
import { refusal } from '../support/refused.js';

const cwd = folder();

function read(bytes: Uint8Array) {
  const path = join(cwd, 't.arrow');
  writeFileSync(path, bytes);
  return readTable(path);
}

const valuesOf = (column: Column) =>
  column.kind === 'number'
    ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))
    : Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]));

interface Fixture {
  name: string;
  bytes: string;
  columns: Record<string, unknown[]> | null;
  left_out: string[];
  refused: string | null;
}

for (const fixture of JSON.parse(readFileSync('test/fixtures/arrow.json', 'utf8')) as Fixture[]) {
  const { name, columns, left_out, refused } = fixture;
  const bytes = Buffer.from(fixture.bytes, 'base64');
  test(`${name}: as pyarrow or polars wrote it`, async () => {
    if (refused !== null) return assert.match((await refusal(() => read(bytes))).message, new RegExp(refused));
    const table = await read(bytes);
    assert.equal(Object.fromEntries(table.columns.map((column) => [column.name, valuesOf(column)])), columns);
    assert.equal(
      (table.leftOut ?? []).map((left) => left.name),
      left_out,
    );
  });
}

const rows = { n: Float64Array.from({ length: 5 }, (_, i) => i), t: ['a', 'b', 'a', null, 'c'] };
const whole = tableFromArrays(rows);
const two = new Table([...whole.batches, ...whole.batches]);

for (const kind of ['stream', 'file'] as const) {
  test(`a ${kind} that is cut anywhere is refused`, async () => {
    const bytes = tableToIPC(two, kind);
    const cut = async function* (length: number) {
      yield bytes.subarray(0, length);
    };
    assert.is((await readArrowTable(cut(bytes.length), 'x'))?.rows, 10);
    for (let length = 1; length < bytes.length; length++) {
      const { code, message } = await refusal(() => readArrowTable(cut(length), 'x'));
      assert.is(code, 'file', `${length} of ${bytes.length}: ${message}`);
    }
    assert.match((await refusal(() => read(new Uint8Array()))).message, /it is empty/);
  });

  test(`a ${kind} that comes byte by byte is the same`, async () => {
    const bytes = async function* () {
      for (const byte of tableToIPC(two, kind)) yield Uint8Array.of(byte);
    };
    const tables = [];
    for await (const table of readArrow(bytes(), 'x')) tables.push(table);
    assert.equal(
      tables.map((table) => table.columns.map(valuesOf)),
      [0, 1].map(() => [[...rows.n], rows.t]),
    );
  });

  test(`a ${kind} that claims rows without bytes is refused at once`, async () => {
    const count = 123_456;
    const bytes = Buffer.from(tableToIPC(new Table({ n: vectorFromArray(Array(count).fill(null), new Null()) }), kind));
    assert.is((await read(bytes)).rows, count);
    const found = Buffer.alloc(8);
    found.writeBigInt64LE(BigInt(count));
    for (let at = bytes.indexOf(found); at >= 0; at = bytes.indexOf(found)) bytes.writeBigInt64LE(2n ** 40n, at);
    assert.match((await refusal(() => read(bytes))).message, /claims more rows than its bytes can hold/);
  });
}

test('a footer that names a batch again and again is refused', async () => {
  const batch = { n: new Float64Array(1000) };
  const one = tableFromArrays(batch);
  const bytes = Buffer.from(
    tableToIPC(new Table([...one.batches, ...tableFromArrays({ n: Float64Array.of(1) }).batches]), 'file'),
  );
  const size = bytes.readUInt32LE(bytes.length - 10);
  const footer = bytes.subarray(bytes.length - 10 - size, -10);
  // The blocks of the two batches: offset, bytes of metadata, bytes of body. The short one becomes the long one again.
  const blockOf = (bytesOfBody: bigint) =>
    footer.findIndex(
      (_, at) =>
        at + 24 <= footer.length &&
        footer.readBigInt64LE(at) < bytes.length &&
        footer.readUInt32LE(at + 8) > 0 &&
        footer.readBigInt64LE(at + 16) === bytesOfBody,
    );
  const [long, short] = [blockOf(8000n), blockOf(8n)];
  footer.copy(footer, short, long, long + 24);
  assert.match((await refusal(() => read(bytes))).message, /its footer does not fit what is before it/);
});

test('big-endian numbers and other formats of that name are refused by name', async () => {
  // Root · vtable of a message: version, kind, header · the message · vtable of a schema without fields: endianness · the schema.
  const metadata = new DataView(new ArrayBuffer(64));
  metadata.setUint32(0, 20, true);
  [10, 16, 8, 10, 12].forEach((word, i) => {
    metadata.setUint16(4 + 2 * i, word, true);
  });
  metadata.setInt32(20, 16, true);
  metadata.setInt16(28, 4, true);
  metadata.setUint8(30, 1);
  metadata.setUint32(32, 12, true);
  [6, 8, 4].forEach((word, i) => {
    metadata.setUint16(36 + 2 * i, word, true);
  });
  metadata.setInt32(44, 8, true);
  metadata.setInt16(48, 1, true);
  const stream = Buffer.concat([
    Buffer.from([255, 255, 255, 255, 64, 0, 0, 0]),
    new Uint8Array(metadata.buffer),
    Buffer.alloc(8),
  ]);
  assert.match((await refusal(() => read(stream))).message, /big-endian/);
  assert.match((await refusal(() => read(Buffer.from('FEA1 and more')))).message, /Feather of version 1/);
  assert.match(
    (await refusal(() => read(Buffer.from('id,age\n1,2\n')))).message,
    /it is no Arrow, or damaged|it ends in the middle/,
  );
});

test.run();
