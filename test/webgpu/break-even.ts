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
// Asked for by name, the device says what it would rather have; else nothing does.
const named = await createEngine({ threads: 0, device: 'webgpu' });
const draft = { starts: [1_000_000], rowsP: 50_000, rowsQ: 50_000, ld: 32 };
const preferred = [await named.prefer('factorize', draft), await named.prefer('scale', { rows: 1, columns: [] })];
await named.close();
console.log(
  JSON.stringify({ preferred, before, after, known, mean: scaler.mean[0], early, plain: { device, reason: webgpu.reason } }),
);
process.exit(0);
