/** A worker that dies while a gang works in place: all begins again, and the bytes are the same. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { checked } from '../../src/options.js';
import { families } from '../../src/recommend/index.js';
import { writeSafetensors } from '../../src/safetensors.js';
import { withDyingWorker } from '../support/dying.js';
import { grouped, pairsOf } from '../support/interactions.js';

const pairs = pairsOf(grouped(400, 300, 5, 30));

for (const [name, program, options] of [
  ['ials', 'als', { rank: 16, sweeps: 10 }],
  ['ease', 'ease', { regularization: 5 }],
  ['item2vec', 'skipGram', { rank: 16, epochs: 10 }],
] as const) {
  test(`${name}: a worker dies at work`, async () => {
    const family = families[name];
    const settled = checked(family.options, options);
    await using calm = await createEngine({ threads: 2, device: 'wasm' });
    const expected = await writeSafetensors((await family.fit(calm, pairs, settled, {})).write());
    const found = await withDyingWorker(program, 5, async (engine) =>
      writeSafetensors((await family.fit(engine, pairs, settled, {})).write()),
    );
    assert.equal(found, expected);
  });
}

test.run();
