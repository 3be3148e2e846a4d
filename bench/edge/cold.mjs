// A cold process of the edge entry: argv model.cameo simd.wasm. Loads, answers once, ends.
import { readFileSync } from 'node:fs';
import { Profiler } from '../../dist/edge.js';

const [model, wasm] = process.argv.slice(2).map((path) => readFileSync(path));
const profiler = await Profiler.load(model, { wasm });
console.log(profiler.profileOne({ PageValues: 12.5, Month: 'Nov' }).score_Revenue);
