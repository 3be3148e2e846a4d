/** Inference of a shard, more rows than a tile holds. */
import { test } from 'uvu';
import { onEngines } from '../../support/engines.js';
import { NETWORKS, predict } from '../../webgpu/networks.js';

onEngines('probabilities and numbers are those of the scalar reference', async (engine) => {
  for (const sizes of NETWORKS)
    for (const rows of [0, 1, 63, 257, 600]) await predict(engine, sizes, rows, (sizes.length + rows) % 4);
});
test.run();
