/** Runs the battery in the runtime that started this file (Node, Bun, Deno) and prints its outcomes as one line of JSON. */
import { createEngine } from '../../src/engine/create.js';
import { findGpu } from '../../src/engine/node-gpu.js';
import { battery } from './battery.js';

const gpu = await findGpu();
const adapter = typeof gpu === 'string' ? null : await gpu.requestAdapter();
const { vendor = '', architecture = '', description = '' } = adapter?.info ?? {};
const outcomes = adapter && typeof gpu !== 'string' ? await battery(createEngine, gpu) : [];
console.log(JSON.stringify({ adapter: adapter && `${vendor} ${architecture} ${description}`, outcomes }));
process.exit(0);
