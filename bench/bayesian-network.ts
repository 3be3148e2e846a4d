/** Structures of Bayesian networks: hill climbing over samples of alarm against pgmpy, and two workers against one. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createEngine } from '../src/index.js';
import { readBif } from '../src/models/bayesian-network/bif.js';
import { hillClimbSearch, type Structure } from '../src/models/bayesian-network/hill-climb-search.js';
import { sample } from '../src/models/bayesian-network/sample.js';
import type { CodedColumns } from '../src/programs/bayesian-network/coded-columns.js';
import { line, PEERS, same, seconds } from './support.js';

const ALARM = '../shared/data/networks/alarm.bif.gz';
const MAX_PARENTS = 4;
const PYTHON = join(PEERS, 'venv-pgmpy/bin/python');

/** What pgmpy takes for the same; its score of our graph is ours, and ours is as good as its own or nearly so. */
function pgmpy({ names, states, codes }: CodedColumns, { parents, score }: Structure): number | undefined {
  if (!existsSync(PYTHON)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  try {
    writeFileSync(join(folder, 'network.json'), JSON.stringify({ names, states, parents, maxParents: MAX_PARENTS }));
    writeFileSync(join(folder, 'codes'), Buffer.concat(codes as Uint8Array[]));
    const found = JSON.parse(execFileSync(PYTHON, ['bench/peers/bayesian_network.py', folder], { encoding: 'utf8' }));
    same([found.ours], [score], 1e-6, 'the BIC of the graph found here');
    if (score < found.score - 0.001 * Math.abs(found.score)) throw new Error(`BIC ${found.score} there, ${score} here`);
    return found.hillClimb;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function bayesianNetwork(): Promise<void> {
  if (!existsSync(ALARM)) return console.log(`Bayesian networks: there is no ${ALARM}`);
  const network = readBif(gunzipSync(readFileSync(ALARM)).toString());
  for (const rows of [10_000, 100_000]) {
    const data = sample(network, { rows, seed: 42 });
    const times: number[] = [];
    for (const threads of [1, 2]) {
      await using engine = await createEngine({ threads, device: 'wasm' });
      const search = () => hillClimbSearch(engine, data, { maxParents: MAX_PARENTS });
      times.push(await seconds(search));
      if (threads === 1 && rows === 10_000)
        line('hill climbing, alarm, 10 k rows, one thread', times[0], pgmpy(data, await search()), 10, 'pgmpy');
    }
    line(`the same, ${rows / 1000} k rows, two workers`, times[1], times[0], 1.7, 'one');
  }
}
