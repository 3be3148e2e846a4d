/** The kernels of one build over a memory of their own, with helpers to put arrays in and read them back. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { type Build, detectFeatures, filesOf } from '../../src/wasm/builds.js';
import { instantiate, type Kernels } from '../../src/wasm/kernels.js';
import { Layout } from '../../src/wasm/memory.js';

if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

export interface Bench {
  build: Build;
  kernels: Kernels;
  memory: WebAssembly.Memory;
  /** Address of a copy of the values. */
  f32(values: ArrayLike<number>): number;
  i32(values: ArrayLike<number>): number;
  u8(values: ArrayLike<number>): number;
  f64(values: ArrayLike<number>): number;
  /** Address of that many bytes, filled with garbage so that a kernel must write what it promises. */
  room(floats: number): number;
  /** Copies values out. */
  read(at: number, length: number): Float32Array;
  /** Starts over: all addresses are free again. */
  reset(): void;
}

/** Both SIMD levels where the runtime has them, fixed SIMD alone (with a printed reason) elsewhere. */
export function benches(): Bench[] {
  const relaxed = detectFeatures().relaxedSimd;
  if (!relaxed) console.log('relaxed SIMD is not tested: this runtime does not validate it');
  return (relaxed ? (['simd', 'relaxed'] as const) : (['simd'] as const)).map(open);
}

export function open(build: Build): Bench {
  const module = (name: string) => new WebAssembly.Module(readFileSync(new URL(`../../kernels/${name}.wasm`, import.meta.url)));
  const memory = new WebAssembly.Memory({ initial: 1024, maximum: 65536 });
  const kernels = instantiate(filesOf(build).map(module), memory);
  let layout = new Layout(1024);
  return {
    build,
    kernels,
    memory,
    f32(values) {
      const at = layout.take(values.length * 4);
      new Float32Array(memory.buffer, at, values.length).set(values);
      return at;
    },
    i32(values) {
      const at = layout.take(values.length * 4);
      new Int32Array(memory.buffer, at, values.length).set(values);
      return at;
    },
    u8(values) {
      const at = layout.take(values.length);
      new Uint8Array(memory.buffer, at, values.length).set(values);
      return at;
    },
    f64(values) {
      const at = layout.take(values.length * 8);
      new Float64Array(memory.buffer, at, values.length).set(values);
      return at;
    },
    room(floats) {
      const at = layout.take(floats * 4);
      new Float32Array(memory.buffer, at, floats + 16).fill(Number.NaN);
      return at;
    },
    read: (at, length) => new Float32Array(memory.buffer, at, length).slice(),
    reset() {
      layout = new Layout(1024);
    },
  };
}

/** Distance of two floats in units in the last place of the float32 `expected`. */
export function ulps(actual: number, expected: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return Number.POSITIVE_INFINITY;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(expected))));
  return Math.abs(actual - expected) / 2 ** (exponent - 23);
}
