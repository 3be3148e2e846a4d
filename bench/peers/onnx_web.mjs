// A cold process of onnxruntime-web: argv network.onnx inputs. Loads, answers once, ends.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [file, inputs] = process.argv.slice(2);
const require = createRequire(resolve('build/peers/package.json'));
const ort = require('onnxruntime-web');
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync(file), { executionProviders: ['wasm'] });
const x = new ort.Tensor('float32', new Float32Array(Number(inputs)).fill(0.1), [1, Number(inputs)]);
const { p } = await session.run({ x });
console.log(p.data[0]);
process.exit(0);
