/**
 * `npm run bench [-- name …] [--short] [--compare OLD.json]`: the suite of `cameo bench` in full, then every comparison with others, or
 * those named. With the suite a report goes to bench/results, as JSON and as a page. Ratios of one run are what counts: machines are
 * noisy.
 */
import { readdirSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { compareReports } from '../src/bench/compare.js';
import { type Report, runSuite } from '../src/bench/suite.js';
import { textOf } from '../src/bench/text.js';
import { readReport, writeReport } from '../src/cli/bench.js';
import { bayesianInference } from './bayesian-inference.js';
import { bayesianNetwork } from './bayesian-network.js';
import { command } from './command.js';
import { edge } from './edge.js';
import { factorization } from './factorization.js';
import { gemm } from './gemm.js';
import { libmf } from './libmf.js';
import { naiveBayes } from './naive-bayes.js';
import { network } from './network.js';
import { product } from './product.js';
import { quality } from './quality.js';
import { ranking } from './ranking.js';
import { recommenders } from './recommenders.js';
import { recommendersSpeed } from './recommenders-speed.js';
import { standardScaler } from './standard-scaler.js';
import { peers } from './support.js';
import { text } from './text.js';
import { trees } from './trees.js';
import { tune } from './tune.js';
import { webgpu } from './webgpu.js';
import { word2vec } from './word2vec.js';

const args = process.argv.slice(2);
const short = args.includes('--short');
const compared = args.includes('--compare') ? args[args.indexOf('--compare') + 1] : undefined;
const names = args.filter((name) => !name.startsWith('--') && name !== compared);

let report: Report | undefined;
async function suite(): Promise<void> {
  const old = compared === undefined ? undefined : await readReport(compared);
  report = await runSuite({ short, onStep: (what) => process.stderr.write(`${what}\n`) });
  console.log(textOf(report, old && compareReports(old, report)));
}

const benchmarks = {
  suite,
  'standard-scaler': standardScaler,
  gemm,
  product,
  network,
  trees,
  'naive-bayes': naiveBayes,
  'bayesian-network': bayesianNetwork,
  text,
  'bayesian-inference': bayesianInference,
  factorization,
  libmf,
  ranking,
  webgpu,
  edge,
  command,
  quality,
  recommenders,
  'recommenders-speed': recommendersSpeed,
  tune,
  word2vec,
};
const unknown = names.find((name) => !(name in benchmarks));
if (unknown) throw new Error(`No benchmark '${unknown}'; there are ${Object.keys(benchmarks).join(', ')}.`);

console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`);
for (const [name, run] of Object.entries(benchmarks)) if (names.length === 0 || names.includes(name)) await run();
const sizes = readdirSync('dist/kernels').map((file) => statSync(`dist/kernels/${file}`).size);
console.log(
  `${'kernels, the largest module'.padEnd(48)} ${Math.max(...sizes) / 1000} kB   under 40: ${Math.max(...sizes) < 40000 ? 'yes' : 'NO'}`,
);
if (report) {
  const cpu = report.cpu.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
  const name = `${cpu}-${report.cores}-cores-${report.runtime.replace(' ', '-').replace(/\..*/, '').toLowerCase()}`;
  await writeReport('bench/results', { ...report, peers }, name);
  console.log(`bench/results/${name}.json and .html`);
}
