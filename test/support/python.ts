/** A Python that has pyarrow: that of the benchmarks' peers (bench/peers/setup.mjs), or the machine's own. */
import { spawnSync } from 'node:child_process';

const CANDIDATES = ['build/peers/venv/bin/python', 'python3'];
const python = CANDIDATES.find((path) => spawnSync(path, ['-c', 'import pyarrow']).status === 0);

/** Why nothing can be asked of pyarrow; undefined where it can. */
export const missing = python ? undefined : `no Python with pyarrow is at ${CANDIDATES.join(' or ')}`;

/** What a program prints as JSON. */
export function askPython(program: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(python as string, ['-c', program, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`Python ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
