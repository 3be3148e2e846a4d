/** The whole command, process start included, against the same job as a pandas and scikit-learn script, in pairs. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { line, python } from './support.js';

const FILE = '../shared/data/online_shoppers_intention.csv';
const PAIRS = 5;

export async function command(): Promise<void> {
  if (!existsSync(FILE)) {
    console.log(`the whole command: skipped, ${FILE} is absent`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  const at = (name: string) => join(folder, name);
  const time = (program: string, args: string[]) => {
    const start = performance.now();
    execFileSync(program, args);
    return (performance.now() - start) / 1000;
  };
  const ours = () =>
    time(process.execPath, [
      'dist/src/cli/main.js',
      'profile',
      FILE,
      '--target',
      'Revenue',
      '--save',
      at('m.cameo'),
      '-o',
      at('p.arrow'),
      '--quiet',
    ]);
  const theirs = () =>
    python ? time(python, ['bench/peers/profile_job.py', FILE, 'Revenue', at('m.joblib'), at('p.feather')]) : Number.NaN;
  ours();
  theirs();
  const pairs = Array.from({ length: PAIRS }, () => [ours(), theirs()]);
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  line(
    'the whole command on the online shoppers',
    median(pairs.map(([a]) => a)),
    python ? median(pairs.map(([, b]) => b)) : undefined,
    5,
    'the script',
  );
}
