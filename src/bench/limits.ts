/** What the machine can do at most, through WebAssembly, measured in the same run as everything that is held against it. */
import type { Engine } from '../engine/engine.js';
import type { ProgramArgs } from '../programs/index.js';
import { measure } from './measure.js';

/** Bandwidth of a working set that stays in one level of the caches, or in none. */
export interface Bandwidth {
  /** bytes that a thread works on */
  bytes: number;
  /** bytes a second read */
  read: number;
  /** bytes a second copied, what is read and what is written counted */
  copy: number;
}

export interface Limits {
  /** operations a second of multiply-adds in registers */
  flops: number;
  /** by growing working set */
  bandwidth: Bandwidth[];
}

export interface MachineLimits {
  /** multiply-adds a second of one thread by each SIMD level; NaN (JSON: null) where the runtime has no relaxed SIMD */
  simd: { fixed: number; relaxed: number };
  one: Limits;
  all: Limits;
  /** seconds of a program that does nothing, sent to a worker and back */
  roundTrip: number;
  /** seconds in which all workers meet once */
  barrier: number;
}

const KIB = 1024;
/** Working sets for the first and second level of caches, the last, what is at its edge, and none. */
const SETS = [16 * KIB, 256 * KIB, 4096 * KIB, 32768 * KIB, 131072 * KIB];
const STEPS = 400_000;
/** Bytes moved in a measurement, so that a program's way to a worker does not count. */
const MOVED = 2 ** 28;

const onAll = (engine: Engine, workers: number, args: (worker: number) => ProgramArgs<'limits'>) =>
  Promise.all(Array.from({ length: workers }, (_, w) => engine.scheduler.run('limits', args(w))));

/** Operations a second of that many workers: multiply-adds in registers, each of which counts two. */
export async function peakOfWorkers(engine: Engine, workers: number): Promise<number> {
  const { median } = await measure(() => onAll(engine, workers, () => ({ kind: 'madd', steps: STEPS })));
  return (workers * STEPS * 96) / median;
}

async function limitsOf(engine: Engine, workers: number): Promise<Limits> {
  const together = (args: (worker: number) => ProgramArgs<'limits'>) => onAll(engine, workers, args);
  const flops = await peakOfWorkers(engine, workers);
  const bandwidth: Bandwidth[] = [];
  for (const bytes of SETS) {
    using region = engine.allocate(bytes * workers * 2);
    const n = bytes / 4;
    const rounds = Math.ceil(MOVED / bytes);
    const from = (w: number) => region.offset + 2 * w * bytes;
    engine.f32(region.offset, region.bytes / 4).fill(1);
    const read = await measure(() => together((w) => ({ kind: 'read', at: from(w), n, rounds })));
    // The two blocks of a copy fill the working set together.
    const copy = await measure(() =>
      together((w) => ({ kind: 'copy', at: from(w), to: from(w) + bytes / 2, n: n / 2, rounds })),
    );
    const rate = (seconds: number) => (workers * bytes * rounds) / seconds;
    bandwidth.push({ bytes, read: rate(read.median), copy: rate(copy.median) });
  }
  return { flops, bandwidth };
}

/** Operations a second on the calling thread. */
async function peakOf(engine: Engine): Promise<number> {
  const { median } = await measure(() => engine.kernels.madd_peak(STEPS, 1e-3, 1e-3));
  return (STEPS * 96) / median;
}

/**
 * @param engine with workers; the limits of one and of all are measured on it
 * @param fixed one with the kernels of fixed SIMD
 */
export async function measureLimits(engine: Engine, fixed: Engine): Promise<MachineLimits> {
  const relaxed = engine.capabilities().build.startsWith('relaxed') ? await peakOf(engine) : Number.NaN;
  const simd = { fixed: await peakOf(fixed), relaxed };
  const workers = Math.max(1, engine.scheduler.threads);
  const one = await limitsOf(engine, 1);
  const all = workers === 1 ? one : await limitsOf(engine, workers);
  const roundTrip = await measure(() => engine.scheduler.run('limits', { kind: 'madd', steps: 1 }));
  using sync = engine.allocate(64);
  engine.i32(sync.offset, 16).fill(0);
  const rounds = 2000;
  const meet = await measure(() =>
    engine.gang('limits', (_, count) => ({ kind: 'barrier', sync: sync.offset, workers: count, rounds })),
  );
  return { simd, one, all, roundTrip: roundTrip.median, barrier: Math.max(0, meet.median - roundTrip.median) / rounds };
}

/** Seconds that work takes at least by a machine's limits, and which of them binds. */
export function bound(
  { flops, bandwidth }: Limits,
  work: { flops: number; read: number; written: number; workingSet: number },
): { seconds: number; by: 'operations' | 'bandwidth' } {
  const level = bandwidth.find(({ bytes }) => work.workingSet <= bytes) ?? bandwidth[bandwidth.length - 1];
  const computing = work.flops / flops;
  // What is written costs as a copy does, with as much read for it; the rest is read.
  const copied = 2 * Math.min(work.read, work.written);
  const moving = copied / level.copy + (work.read + work.written - copied) / level.read;
  return computing >= moving ? { seconds: computing, by: 'operations' } : { seconds: moving, by: 'bandwidth' };
}
