/** Under 'auto' with an adapter: what is measured, and what the next engine knows. Prints JSON; started by webgpu.test.ts. */
import { createEngine, Matrix, StandardScaler } from '../../src/index.js';

const rows = 65536;
const x = new Matrix(
  Array.from({ length: 16 }, () => Float32Array.from({ length: rows }, (_, i) => i % 3)),
  rows,
);
const options = { threads: 0, webgpu: { software: true } };
const first = await createEngine(options);
const before = first.capabilities().webgpu.breakEven;
const scaler = await new StandardScaler({ engine: first }).fit(x);
const after = first.capabilities().webgpu.breakEven;
await first.close();
const second = await createEngine(options);
const known = second.capabilities().webgpu.breakEven;
await second.close();
const small = new Matrix([Float32Array.of(1, 2, 3)], 3);
const plain = await createEngine({ threads: 0 });
await new StandardScaler({ engine: plain }).fit(small);
const early = plain.capabilities().webgpu.reason;
await plain.lookForGpu();
const { device, webgpu } = plain.capabilities();
await plain.close();
console.log(JSON.stringify({ before, after, known, mean: scaler.mean[0], early, plain: { device, reason: webgpu.reason } }));
process.exit(0);
