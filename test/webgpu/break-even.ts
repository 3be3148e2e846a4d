/** Under 'auto' with an adapter: what is measured, and what the next engine knows. Prints JSON; started by webgpu.test.ts. */
import { createEngine, Matrix, StandardScaler } from '../../src/index.js';

const x = new Matrix([Float32Array.of(1, 2, 3)], 3);
const options = { threads: 0, webgpu: { software: true } };
const first = await createEngine(options);
const before = first.capabilities().webgpu.breakEven;
const scaler = await new StandardScaler({ engine: first }).fit(x);
const after = first.capabilities().webgpu.breakEven;
await first.close();
const second = await createEngine(options);
const known = second.capabilities().webgpu.breakEven;
await second.close();
const plain = await createEngine({ threads: 0 });
const { device, webgpu } = plain.capabilities();
await plain.close();
console.log(JSON.stringify({ before, after, known, mean: [...scaler.mean], plain: { device, reason: webgpu.reason } }));
process.exit(0);
