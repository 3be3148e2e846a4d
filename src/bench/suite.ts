/** The benchmark as a whole: the limits first, each case on one worker and on all, how it scales; and what came of it as plain data. */
import { cpus } from 'node:os';
import { createEngine, type EngineOptions } from '../engine/create.js';
import { MLPClassifier } from '../models/mlp.js';
import { version } from '../version.js';
import { cases } from './cases.js';
import { bound, type Limits, type MachineLimits, measureLimits } from './limits.js';
import { measure, type Timing } from './measure.js';

export interface Result extends Timing {
  name: string;
  size: string;
  threads: number;
  /** operations and bytes of a call, and operations a second */
  flops: number;
  bytes: number;
  flopsPerSecond: number;
  /** units a second */
  rate: number;
  unit: string;
  /** what binds at this size, and the share of it that was reached */
  limit: 'operations' | 'bandwidth';
  share: number;
}

/** Profiles a second and memory as work grows. */
export interface Step {
  users: number;
  threads: number;
  seconds: number;
  /** bytes of linear memory at the most, of an engine of its own, and of the process beyond what it had before */
  linear: number;
  process: number;
}

/** Two programs side by side, in turns, after their results were compared. */
export interface Peer {
  work: string;
  peer: string;
  /** seconds, the middle of the turns */
  ours: number;
  theirs: number;
  /** what the ratio should at least be, where something is aimed at */
  least?: number;
}

export interface Report {
  version: string;
  date: string;
  runtime: string;
  cpu: string;
  cores: number;
  build: string;
  threads: number;
  limits: MachineLimits;
  results: Result[];
  scaling: Step[];
  peers: Peer[];
}

export interface SuiteOptions {
  threads?: number | 'auto';
  /** fewer sizes and users; default true */
  short?: boolean;
  reproducible?: boolean;
  signal?: AbortSignal;
  /** told before each piece of work */
  onStep?: (what: string) => void;
}

/** @throws CameoError 'aborted' between two measurements */
export async function runSuite({ threads, short = true, reproducible, signal, onStep }: SuiteOptions): Promise<Report> {
  const tell = (what: string) => {
    signal?.throwIfAborted();
    onStep?.(what);
  };
  const options = { device: 'wasm' as const, reproducible };
  await using all = await createEngine({ ...options, threads: threads === 0 ? 1 : threads });
  await using one = await createEngine({ ...options, threads: 1 });
  tell('the limits of this machine');
  await using fixed = await createEngine({ device: 'wasm', reproducible: true, threads: 0 });
  const limits = await measureLimits(all, fixed);
  const workers = all.scheduler.threads;
  const results: Result[] = [];
  for (const [engine, roof] of workers === 1
    ? ([[one, limits.one]] as const)
    : ([
        [one, limits.one],
        [all, limits.all],
      ] as const)) {
    for (const make of cases(engine, short)) {
      const made = make();
      try {
        tell(`${made.name}, ${made.size}, ${engine.scheduler.threads} threads`);
        results.push(resultOf(made, await measure(made.run), roof, engine.scheduler.threads));
      } finally {
        made.dispose();
      }
    }
  }
  const scaling: Step[] = [];
  const most = short ? 1e5 : 1e7;
  for (let users = 1000; users <= most; users *= 10) {
    tell(`scoring ${users} users`);
    scaling.push(await score(workers, users, options));
  }
  for (let n = 1; n < workers; n *= 2) {
    tell(`scoring on ${n} workers`);
    scaling.push(await score(n, short ? 1e5 : 1e6, options));
  }
  const { runtime, build } = all.capabilities();
  return {
    version,
    date: new Date().toISOString(),
    runtime,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    build,
    threads: workers,
    limits,
    results,
    scaling,
    peers: [],
  };
}

function resultOf(made: ReturnType<ReturnType<typeof cases>[0]>, timing: Timing, roof: Limits, threads: number): Result {
  const { seconds, by } = bound(roof, made);
  const { name, size, unit, flops } = made;
  return {
    ...timing,
    name,
    size,
    threads,
    flops,
    bytes: made.read + made.written,
    flopsPerSecond: flops / timing.median,
    rate: made.count / timing.median,
    unit,
    limit: by,
    share: seconds / timing.median,
  };
}

/** Users at a time, so that a million do not stand in memory at once. */
const BATCH = 100_000;
const COLUMNS = 20;

/** Scores users of 20 columns by a network of 100 units, in batches as they would come from a file. */
async function score(threads: number, users: number, options: EngineOptions): Promise<Step> {
  await using engine = await createEngine({ ...options, threads });
  const rows = Math.min(users, BATCH);
  using x = engine.matrix(rows, COLUMNS);
  for (let j = 0; j < COLUMNS; j++)
    x.column(j).forEach((_, i, column) => {
      column[i] = ((i * (j + 7)) % 101) / 50 - 1;
    });
  using few = engine.matrix(1000, COLUMNS);
  for (let j = 0; j < COLUMNS; j++) few.column(j).set(x.column(j).subarray(0, 1000));
  const y = Float64Array.from(few.column(0), (v) => Number(v > 0));
  const model = await new MLPClassifier({ engine, maxIter: 2 }).fit(few, y);
  const before = process.memoryUsage().rss;
  let most = before;
  const run = async () => {
    for (let done = 0; done < users; done += BATCH) {
      await model.predictProba(x);
      most = Math.max(most, process.memoryUsage().rss);
    }
  };
  const { median } = users > 1e6 ? { median: await once(run) } : await measure(run);
  return {
    users,
    threads: engine.scheduler.threads,
    seconds: median,
    linear: engine.memoryStats().peak,
    process: most - before,
  };
}

async function once(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}
