/** What the cases of the battery share: random numbers, comparisons, arrays in an engine's memory. */
import type { Engine } from '../../src/engine/engine.js';
import type { WebGPUOptions } from '../../src/webgpu/options.js';

interface Options {
  device: 'auto' | 'wasm' | 'webgpu';
  threads: number;
  webgpu?: WebGPUOptions;
}
export type Open = (options: Options) => Promise<Engine>;

export interface Outcome {
  name: string;
  /** absent where it passed */
  error?: string;
}

/** Runs a case and keeps its outcome. */
export type Run = (name: string, test: () => Promise<void>) => Promise<void>;

/** What work ends with; undefined where it ends well. */
export const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Numbers within ± 1, the same each time. */
export function generator(seed: number) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((state / 2147483647) * 2 - 1);
  };
}

export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Each value within `tolerance`, relative to the largest of the expected. */
export function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string) {
  const scale = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 1e-6);
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i] - expected[i]) / scale;
    check(off <= tolerance, `${what}: ${actual[i]} for ${expected[i]} at ${i}`);
  }
}

/** Copies arrays into the engine's memory and gives their addresses; all are let go at the end. */
export function desk(engine: Engine) {
  const regions: { dispose(): void }[] = [];
  const take = (bytes: number) => {
    const region = engine.allocate(bytes);
    regions.push(region);
    return region.offset;
  };
  return {
    room: take,
    f32(values: ArrayLike<number>) {
      const at = take(values.length * 4);
      engine.f32(at, values.length).set(values);
      return at;
    },
    i32(values: ArrayLike<number>) {
      const at = take(values.length * 4);
      engine.i32(at, values.length).set(values);
      return at;
    },
    clear() {
      for (const region of regions) region.dispose();
    },
  };
}
