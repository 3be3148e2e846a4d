/** Whole commands, process start included, against the same jobs as Python scripts, in pairs. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { line, median, python, SHOPPERS } from './support.js';

const PAIRS = 5;
const RETAIL = '../shared/data/online_retail.csv.gz';
const RETAIL_LOG = [
  ...['--user', 'CustomerID', '--item', 'StockCode', '--time', 'InvoiceDate', '--label', 'Description'],
  ...['--value', 'Quantity * UnitPrice', '--where', 'Quantity > 0 AND UnitPrice > 0'],
];

function time(program: string, args: string[]): number {
  const start = performance.now();
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return (performance.now() - start) / 1000;
}
const cameo = (...args: string[]) => time(process.execPath, ['dist/src/command/main.js', ...args, '--quiet']);

/** The article's program: the same accuracy first, give or take what a start of weights makes, then the time. */
function article(model: string): void {
  const ours = [
    'dist/src/command/main.js',
    'fit',
    SHOPPERS,
    '--target',
    'Revenue',
    '--preset',
    'article',
    '--json',
    '--save',
    model,
  ];
  const read = (program: string, args: string[]) => JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
  const evaluation = read(process.execPath, ours).evaluation as { accuracy: number };
  let theirs: (() => number) | undefined;
  if (python) {
    const script = ['bench/peers/article_job.py', SHOPPERS, 'Revenue'];
    const { accuracy } = read(python, script) as { accuracy: number };
    if (Math.abs(accuracy - evaluation.accuracy) > 0.03) {
      throw new Error(`the article's program reaches an accuracy of ${accuracy} there and ${evaluation.accuracy} here`);
    }
    theirs = () => time(python as string, script);
  }
  compare("the article's program on the online shoppers", undefined, () => time(process.execPath, ours), theirs, 3);
}

/** Ours and theirs in turns, after one of each to warm the disk. */
function compare(
  name: string,
  least: number | undefined,
  ours: () => number,
  theirs: (() => number) | undefined,
  turns = PAIRS,
  of = 'the script',
): void {
  ours();
  theirs?.();
  const pairs = Array.from({ length: turns }, () => [ours(), theirs?.() ?? Number.NaN]);
  line(name, median(pairs.map(([a]) => a)), theirs && median(pairs.map(([, b]) => b)), least, of);
}

export async function command(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  const at = (name: string) => join(folder, name);
  if (existsSync(SHOPPERS)) {
    const script = (name: string) => {
      const args = [`bench/peers/${name}`, SHOPPERS, 'Revenue', at('peer.model'), at('p.feather')];
      return python ? () => time(python as string, args) : undefined;
    };
    const profile = ['profile', SHOPPERS, '--target', 'Revenue', '--save', at('m.cameo'), '-o', at('p.arrow')];
    const ours =
      (...more: string[]) =>
      () =>
        cameo(...profile, ...more);
    compare('--model perceptron on the online shoppers', 5, ours('--model', 'perceptron'), script('profile_job.py'));
    const boosted = python && spawnSync(python, ['-c', 'import lightgbm']).status === 0 ? script('lightgbm_job.py') : undefined;
    compare('--effort fast, with the reasons of every row', 5, ours('--effort', 'fast'), boosted, 3, 'a LightGBM script');
    compare('--effort balanced, with the reasons of every row', 1, ours(), boosted, 3, 'a LightGBM script');
    article(at('article.cameo'));
  } else console.log(`the whole command: skipped, ${SHOPPERS} is absent`);
  if (existsSync(RETAIL)) {
    const implicit = python && spawnSync(python, ['-c', 'import implicit']).status === 0;
    const script = ['bench/peers/retail_job.py', RETAIL, at('p.parquet')];
    // One recommender on either side.
    const args = [
      'profile',
      '--events',
      RETAIL,
      ...RETAIL_LOG,
      '--effort',
      'fast',
      '-o',
      at('profiles.parquet'),
      '--save',
      at('retail.cameo'),
    ];
    compare(
      'the whole command on Online Retail',
      4,
      () => cameo(...args),
      implicit ? () => time(python as string, script) : undefined,
    );
  } else console.log(`the whole command: skipped, ${RETAIL} is absent`);
  rmSync(folder, { recursive: true });
}
