/**
 * Training whose device is lost, and then the worker that goes on with it. Prints JSON: this training, and one that nothing happened to.
 * Started by webgpu.test.ts.
 */
import { createEngine } from '../../src/engine/create.js';
import { findGpu } from '../../src/engine/node-gpu.js';
import { withDyingWorker } from '../support/dying.js';
import { capture } from './lost.js';
import { runTraining } from './networks.js';

const found = await findGpu();
if (typeof found === 'string') throw new Error(found);
const training = { sizes: [7, 20, 3], rows: 90, batch: 16, code: 1, solver: 'adam' as const, epochs: 30, held: 20 };
const numbers = ({ result, parameters }: Awaited<ReturnType<typeof runTraining>>) => ({
  losses: result.lossCurve,
  scores: result.validationScores,
  parameters: [...parameters],
});

const { gpu, destroy } = capture(found);
const lost = await withDyingWorker(
  'train',
  100,
  async (engine) => {
    const trained = await runTraining(engine, { ...training, onEpoch: (epoch) => epoch === 3 && destroy() });
    const { webgpu } = engine.capabilities();
    return { ...numbers(trained), reason: webgpu.reason };
  },
  { device: 'auto', webgpu: { gpu, software: true, breakEven: 0 } },
);
await using engine = await createEngine({ device: 'wasm', threads: 0 });
const calm = numbers(await runTraining(engine, training));
console.log(JSON.stringify({ lost, calm }));
process.exit(0);
