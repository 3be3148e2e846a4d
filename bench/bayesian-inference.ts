/** Answers of Bayesian networks: the posterior of one variable of child for many users, each with evidence of their own, against pgmpy. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BayesianNetwork, createEngine } from '../src/index.js';
import { generator } from '../test/support/tables.js';
import { line, PEERS, same, seconds } from './support.js';

const CHILD = '../shared/data/networks/child.bif.gz';
const PYTHON = join(PEERS, 'venv-pgmpy/bin/python');
const ROWS = 10_000;
/** What pgmpy is asked, since it takes milliseconds for each. */
const ASKED = 200;
const VARIABLE = 'Disease';

type Row = Record<string, string>;

/** What pgmpy takes for as many; its posteriors are ours. */
function pgmpy(bif: string, states: readonly string[], rows: readonly Row[], ours: Float64Array): number | undefined {
  if (!existsSync(PYTHON)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  try {
    writeFileSync(join(folder, 'network.bif'), bif);
    writeFileSync(join(folder, 'evidence.json'), JSON.stringify({ variable: VARIABLE, states, rows: rows.slice(0, ASKED) }));
    const found = JSON.parse(execFileSync(PYTHON, ['bench/peers/bayesian_inference.py', folder], { encoding: 'utf8' }));
    same(found.posteriors.flat(), [...ours.subarray(0, ASKED * states.length)], 1e-9, 'posteriors');
    return (found.seconds / ASKED) * rows.length;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function bayesianInference(): Promise<void> {
  if (!existsSync(CHILD)) return console.log(`Bayesian networks: there is no ${CHILD}`);
  const bif = gunzipSync(readFileSync(CHILD)).toString();
  await using engine = await createEngine({ threads: 0, device: 'wasm' });
  using network = BayesianNetwork.fromBif(bif, { engine });
  const { columns } = network.sample({ rows: ROWS, seed: 42 });
  const next = generator(7);
  const rows = Array.from({ length: ROWS }, (_, r) => {
    const row: Row = {};
    for (const column of columns) {
      if (column.kind !== 'category' || column.name === VARIABLE || next() < 0.5) continue;
      row[column.name] = column.categories[column.codes[r]];
    }
    return row;
  });
  const ask = () => network.query(VARIABLE, rows);
  const { values, states } = await ask();
  const peer = pgmpy(bif, states[0], rows, values);
  line('posterior of one variable, child, 10 k evidences', await seconds(ask), peer, 50, 'pgmpy');
}
