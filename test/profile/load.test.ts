/** What a profiler is made of: the same arguments in every entry, and wrong ones refused before anything is done. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Profiler as InPage } from '../../src/browser.js';
import { Profiler as Edge } from '../../src/edge.js';
import { createEngine, Profiler } from '../../src/index.js';
import { refusal, refusesUnknownNames } from '../support/refused.js';
import { makeTable } from '../support/tables.js';

const engine = await createEngine({ threads: 0 });
const wasm = readFileSync('dist/kernels/simd.wasm');
const table = makeTable({ seed: 4, rows: 60, numbers: 2, codes: 0, texts: 1, missing: 0, task: 'binary' });
const fitted = await Profiler.fit(engine, { table }, { target: 'target', modelOptions: { maxIter: 2 } });
const bytes = await fitted.save();
test.after(() => engine.close());

const ENTRIES = { cameo: Profiler, 'cameo/browser': InPage, 'cameo/edge': Edge as unknown as typeof Profiler };
for (const [name, entry] of Object.entries(ENTRIES)) {
  test(`${name}: bytes of any kind; an engine, or kernels for one of its own`, async () => {
    const shifted = new Uint8Array(bytes.length + 5);
    shifted.set(bytes, 5);
    const kinds = [bytes, Buffer.from(bytes), shifted.subarray(5), bytes.slice().buffer];
    const expected = fitted.profileOne({ 'number 0': 1 });
    for (const given of kinds) {
      using profiler = await entry.load(given as Uint8Array, { engine });
      assert.equal(profiler.profileOne({ 'number 0': 1 }), expected);
    }
    const score = expected.score_target as number;
    const alone = await entry.load(bytes, { wasm, maximum: 2 ** 22 });
    assert.ok(Math.abs((alone.profileOne({ 'number 0': 1 }).score_target as number) - score) < 1e-6);
    assert.is(alone.memoryStats().maximum, 2 ** 22);
  });

  test(`${name}: wrong arguments are refused at once, by what was expected and what was found`, async () => {
    const broken = new Uint8Array(3);
    const cases: [unknown, unknown, RegExp][] = [
      ['model.cameo', { engine }, /^The model: expected its bytes, as a Uint8Array or an ArrayBuffer, found string/],
      [undefined, { engine }, /found undefined/],
      [null, { wasm }, /found null/],
      [[1, 2, 3], { engine }, /found a list/],
      [Promise.resolve(bytes), { engine }, /found a Promise/],
      // What is wrong with the options is said before the bytes are looked at.
      [
        broken,
        { engine: createEngine({ threads: 0 }) },
        /^Option 'engine' must be an engine, as 'await createEngine\(\)' gives; found object/,
      ],
      [broken, { engine: 5 }, /^Option 'engine' must be an engine/],
      [broken, { engine: null }, /^Option 'engine' must be an engine/],
      [broken, { engine, wasm }, /^Give 'engine' or 'wasm'/],
      [broken, { engine, maximum: 2 ** 26 }, /^Option 'maximum' goes with 'wasm'/],
      [broken, { wasm, maximum: '64' }, /^Option 'maximum' must be a number of bytes/],
      [broken, engine, /^Option '.*' is not known\. The options are 'engine', 'wasm', 'maximum', 'asOf', 'onWarning'/],
      [broken, null, /^Options must be an object; found null/],
    ];
    for (const [given, options, message] of cases) {
      const error = await refusal(() => entry.load(given as Uint8Array, options as never));
      assert.is(error.code, 'argument', error.message);
      assert.match(error.message, message);
    }
    await refusesUnknownNames(['engine', 'wasm', 'maximum', 'asOf', 'onWarning'], (options) => entry.load(bytes, options));
  });
}

test('cameo/edge without kernels: what to give, before the bytes are looked at', () => {
  const script =
    "import('cameo/edge').then(({ Profiler }) => Profiler.load(new Uint8Array(3))).catch(({ message }) => console.log(message))";
  const text = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.is(text.trim(), 'Give the kernels, as { wasm }, or an engine, as { engine }.');
});

test('fit: an engine, data and options in their places', async () => {
  const target = 'target';
  const cases: [unknown, unknown, unknown, RegExp][] = [
    [
      { table },
      { target },
      undefined,
      /^The first argument: expected an engine, as 'await createEngine\(\)' gives, found object/,
    ],
    [createEngine({ threads: 0 }), { table }, { target }, /found a Promise/],
    [undefined, { table }, { target }, /found undefined/],
    [engine, undefined, { target }, /^Data: expected \{ table \}, \{ events \} or both, found undefined/],
    [engine, table, { target }, /^Data must be \{ table \}.*Write \{ table \} for a table/],
    [engine, { table }, { target, onWarning: 1 }, /^Option 'onWarning' must be a function/],
    [engine, { table }, { target, modelOptions: [5] }, /^Option 'modelOptions' must be an object of options/],
    [engine, { table }, { target, modelOptions: JSON.parse('{"constructor":1}') }, /^Option 'constructor' is not known/],
    [
      engine,
      { table },
      { target, modelOptions: JSON.parse('{"__proto__":{"maxIter":1}}') },
      /^Option '__proto__' is not known/,
    ],
  ];
  for (const [first, data, options, message] of cases) {
    const error = await refusal(() => Profiler.fit(first as never, data as never, options as never));
    assert.is(error.code, 'argument', error.message);
    assert.match(error.message, message);
  }
});

test.run();
