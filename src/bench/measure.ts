/** Times a piece of work with tinybench: the first call apart, then until the runtime's tiers have settled, then what counts. */
import { Bench } from 'tinybench';

export interface Timing {
  /** seconds of the first call */
  cold: number;
  /** seconds of a warm call: the middle, and the 99th of 100 */
  median: number;
  p99: number;
  /** half of the middle calls lie within ± spread / 2 of the median, as a share of it: the interquartile range */
  spread: number;
  calls: number;
}

/** Warm means that the middle of one round differs from that of the round before by less than this share. */
const SETTLED = 0.03;
const ROUNDS = 6;

const at = (sorted: readonly number[], share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** @param time seconds to spend once warm; the work runs at least five times */
export async function measure(work: () => unknown, time = 0.3): Promise<Timing> {
  const begun = performance.now();
  await work();
  const cold = (performance.now() - begun) / 1000;
  const round = async (seconds: number): Promise<number[]> => {
    const bench = new Bench({ time: seconds * 1000, iterations: 5, warmup: false, throws: true, retainSamples: true });
    bench.add('work', async () => {
      await work();
    });
    const [task] = await bench.run();
    if (task.result?.state !== 'completed') throw new Error(`a measurement ended as ${task.result?.state}`);
    return [...(task.result.latency.samples as readonly number[])].sort((a, b) => a - b);
  };
  let before = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const middle = at(await round(time / 4), 0.5);
    if (Math.abs(middle - before) < SETTLED * before) break;
    before = middle;
  }
  const samples = await round(time);
  const median = at(samples, 0.5);
  return {
    cold,
    median: median / 1000,
    p99: at(samples, 0.99) / 1000,
    spread: (at(samples, 0.75) - at(samples, 0.25)) / median,
    calls: samples.length,
  };
}
