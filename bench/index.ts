/** `npm run bench [name …]`: every benchmark, or those named. Ratios of one run are what counts: machines are noisy. */
import { readdirSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { command } from './command.js';
import { edge } from './edge.js';
import { factorization } from './factorization.js';
import { gemm } from './gemm.js';
import { libmf } from './libmf.js';
import { network } from './network.js';
import { ranking } from './ranking.js';
import { standardScaler } from './standard-scaler.js';
import { webgpu } from './webgpu.js';

const benchmarks = { 'standard-scaler': standardScaler, gemm, network, factorization, libmf, ranking, webgpu, edge, command };
const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in benchmarks));
if (unknown) throw new Error(`No benchmark '${unknown}'; there are ${Object.keys(benchmarks).join(', ')}.`);

console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`);
for (const [name, run] of Object.entries(benchmarks)) if (names.length === 0 || names.includes(name)) await run();
const sizes = readdirSync('dist/kernels').map((file) => statSync(`dist/kernels/${file}`).size);
console.log(
  `${'kernels, the largest build'.padEnd(48)} ${Math.max(...sizes) / 1000} kB   under 40: ${Math.max(...sizes) < 40000 ? 'yes' : 'NO'}`,
);
