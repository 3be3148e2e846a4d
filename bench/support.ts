/** What the benchmarks share: medians by tinybench, the peers' seconds, and lines of the table. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Bench } from 'tinybench';
import type { Peer } from '../src/bench/suite.js';
import { generator } from '../test/support/tables.js';

/** Median seconds of a piece of work; at least `runs` runs after a warm-up. */
export async function seconds(work: () => unknown, runs = 5): Promise<number> {
  const bench = new Bench({ time: 0, iterations: runs, warmupTime: 0, warmupIterations: 1, throws: true });
  bench.add('work', async () => {
    await work();
  });
  const [task] = await bench.run();
  if (task.result?.state !== 'completed') throw new Error(`the benchmark ended as ${task.result?.state}`);
  return task.result.latency.p50 / 1000;
}

/** Columns of uniform float32. */
export function fill(columns: Float32Array[], seed = 1): void {
  const next = generator(seed);
  for (const column of columns) for (let i = 0; i < column.length; i++) column[i] = next() * 2 - 1;
}

export const SHOPPERS = '../shared/data/online_shoppers_intention.csv';

/** Where bench/peers/setup.mjs puts the peers. */
export const PEERS = resolve('build/peers');

export const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The Python that has scikit-learn: $CAMEO_PYTHON, the peers' or python3; undefined when none has it. */
export const python = [process.env.CAMEO_PYTHON, join(PEERS, 'venv/bin/python'), 'python3'].find(
  (name) => name && spawnSync(name, ['-c', 'import sklearn, pandas, pyarrow']).status === 0,
);

/**
 * Seconds by name, from bench/peers/scikit_learn.py on the same data; its result is handed to `compare` before anything is printed.
 * @param data files by name: numbers as they stand in memory, or JSON
 * @param compare throws where the result is another
 */
export function scikitLearn(
  work: string,
  data: Record<string, readonly ArrayBufferView[] | object>,
  compare: (result: number[]) => void,
): Record<string, number> | undefined {
  if (!python) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  try {
    for (const [name, content] of Object.entries(data)) {
      if (!Array.isArray(content)) writeFileSync(join(folder, name), JSON.stringify(content));
      else {
        // Copied: views of shared memory are no file contents.
        for (const view of content as Float32Array[]) appendFileSync(join(folder, name), new Uint8Array(view.slice().buffer));
      }
    }
    const options = { encoding: 'utf8', maxBuffer: 1e9 } as const;
    const { result, ...seconds } = JSON.parse(execFileSync(python, ['bench/peers/scikit_learn.py', work, folder], options));
    compare(result);
    return seconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Throws unless each number is within `tolerance` of the expected. */
export function same(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  if (found.length !== expected.length) throw new Error(`${what}: ${found.length} results there, ${expected.length} here`);
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(found[i] - expected[i]) <= tolerance)) throw new Error(`${what}: ${found[i]} there, ${expected[i]} here`);
  }
}

/** What was measured against others so far, for the report. */
export const peers: Peer[] = [];

/** One line of the table: our seconds, the peer's, the ratio, and what it should at least be where something is aimed at. */
export function line(
  work: string,
  ours: number,
  peer: number | undefined,
  least: number | undefined,
  of = 'scikit-learn',
): void {
  const ratio = peer === undefined ? undefined : peer / ours;
  if (peer !== undefined) peers.push({ work, peer: of, ours, theirs: peer, least });
  const aim = ratio === undefined || least === undefined ? '' : `, at least ${least}: ${ratio >= least ? 'yes' : 'NO'}`;
  const verdict = ratio === undefined ? `${of} is not installed here` : `${ratio.toFixed(2)} × ${of}${aim}`;
  const theirs = peer === undefined ? '' : `, ${of} ${format(peer)}`;
  console.log(`${work.padEnd(48)} ${format(ours)}${theirs}   ${verdict}`);
}

export const format = (s: number) => (s < 1 ? `${(s * 1000).toFixed(s < 0.01 ? 3 : 1)} ms` : `${s.toFixed(2)} s`);
