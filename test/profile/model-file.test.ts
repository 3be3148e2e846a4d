/** A model file that is cut or changed anywhere is refused with the one error for it; nothing else is ever thrown. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError, createEngine, Profiler } from '../../src/index.js';
import { readSafetensors, writeSafetensors } from '../../src/safetensors.js';
import { makeTable } from '../support/tables.js';

const engine = await createEngine({ threads: 0 });
const table = makeTable({ seed: 4, rows: 60, numbers: 2, codes: 1, texts: 1, missing: 0.1, task: 'multiclass' });
const profiler = await Profiler.fit(
  engine,
  { table },
  { target: 'target', model: 'perceptron', modelOptions: { maxIter: 2, hiddenLayerSizes: [4] } },
);
const bytes = await profiler.save();

/** What loading ends in: true for a profiler, false for the error of a bad file; anything else is a failure. */
async function loads(changed: Uint8Array): Promise<boolean> {
  try {
    const loaded = await Profiler.load(changed, { engine });
    loaded.profileOne({});
    loaded.dispose();
    return true;
  } catch (error) {
    assert.instance(error, CameoError, String((error as Error).stack));
    assert.is((error as CameoError).code, 'model', String(error));
    return false;
  }
}

test('loads as written, at any place in a buffer', async () => {
  assert.ok(await loads(bytes));
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assert.ok(await loads(shifted.subarray(3)));
  assert.ok(await loads(Buffer.from(bytes)));
  assert.ok(await loads(Buffer.from(shifted.buffer, 3)));
});

test('cut at any length', async () => {
  for (let length = 0; length < bytes.length; length++) assert.not(await loads(bytes.subarray(0, length)), `${length} bytes`);
  assert.not(await loads(Uint8Array.from([...bytes, 0])));
});

test('any byte changed', async () => {
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] ^= 1 + (at % 255);
    assert.not(await loads(changed), `byte ${at}`);
  }
});

test('random bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (random) => {
      assert.not(await loads(random));
    }),
    { numRuns: 1000 },
  );
});

test('well-formed files with another meaning: removed, swapped and reshaped parts', async () => {
  const contents = await readSafetensors(bytes);
  const metadata = Object.keys(contents.metadata).filter((name) => name !== 'sha256');
  const tensors = Object.keys(contents.tensors);
  const part = fc.constantFrom(...metadata.map((name) => `m:${name}`), ...tensors.map((name) => `t:${name}`));
  const text = fc.oneof(fc.json(), fc.string(), fc.constantFrom('1', '2', '[]', '{}', 'null', '{"sizes":[1e9,1e9]}'));
  await fc.assert(
    fc.asyncProperty(part, text, fc.nat(3), fc.nat(40), async (name, replacement, how, n) => {
      const changed = { metadata: { ...contents.metadata }, tensors: { ...contents.tensors } };
      const [kind, key] = [name[0], name.slice(2)];
      if (kind === 'm') {
        if (how === 0) changed.metadata = Object.fromEntries(Object.entries(changed.metadata).filter(([k]) => k !== key));
        else if (how === 1) changed.metadata[key] = replacement;
        else {
          // One number of the JSON becomes another.
          let seen = 0;
          changed.metadata[key] = changed.metadata[key].replace(/\d+/g, (d) =>
            seen++ === n ? String(Number(d) + how * 7 - 15) : d,
          );
        }
      } else if (how === 0) changed.tensors = Object.fromEntries(Object.entries(changed.tensors).filter(([k]) => k !== key));
      else if (how === 1) changed.tensors[key] = { shape: [n], values: new Float32Array(n) };
      else {
        const { shape, values } = changed.tensors[key];
        changed.tensors[key] = { shape, values: values.map(() => (how === 2 ? Number.NaN : 1e30 * n)) };
      }
      await loads(await writeSafetensors(changed));
    }),
    { numRuns: 1500 },
  );
});

test('the versions of the file and of its parts are checked, and sections that are not known refused', async () => {
  const { metadata, tensors } = await readSafetensors(bytes);
  const changes: Record<string, string>[] = [
    { version: '9' },
    { 'score.0.version': '9' },
    { sections: '["scores"]' },
    { 'score.0.family': 'forest' },
  ];
  for (const changed of changes)
    assert.not(
      await loads(await writeSafetensors({ metadata: { ...metadata, ...changed }, tensors })),
      JSON.stringify(changed),
    );
});

test.run();
