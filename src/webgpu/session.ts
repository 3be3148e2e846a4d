/**
 * What the calls of one run share on the device: constants (weights, factors) that are written once, and workspaces (buffers, bind
 * groups, staging) that are used again by the next shard. Shards are in flight side by side, each with a workspace of its own, so
 * that the copies of one overlap with the computing of another: the staging buffers make a ring.
 */

import type { Kernels } from '../wasm/kernels.js';
import type { Gpu } from './gpu.js';

export class Session {
  readonly #constants = new Map<string, unknown>();
  readonly #idle = new Map<string, unknown[]>();
  readonly #buffers: GPUBuffer[] = [];

  constructor(readonly gpu: Gpu) {}

  /** The value of a key, made at first use. */
  constant<T>(key: string, make: () => T): T {
    if (!this.#constants.has(key)) this.#constants.set(key, make());
    return this.#constants.get(key) as T;
  }

  /** Runs `use` with a workspace of its own, which the next call may use again. */
  async borrow<W, R>(key: string, make: () => W, use: (workspace: W) => Promise<R>): Promise<R> {
    const idle = (this.#idle.get(key) ?? []) as W[];
    this.#idle.set(key, idle);
    const workspace = idle.pop() ?? make();
    const result = await use(workspace);
    idle.push(workspace);
    return result;
  }

  /** As Gpu.buffer; it is destroyed with the session. */
  buffer(bytes: number): GPUBuffer {
    return this.#own(this.gpu.buffer(bytes));
  }
  /** As Gpu.staging; it is destroyed with the session. */
  staging(bytes: number): GPUBuffer {
    return this.#own(this.gpu.staging(bytes));
  }

  close(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.length = 0;
  }

  #own(buffer: GPUBuffer) {
    this.#buffers.push(buffer);
    return buffer;
  }
}

/** What a twin runs on. */
export interface Device {
  gpu: Gpu;
  session: Session;
  /** WebAssembly on the calling thread, for what is small */
  kernels: Kernels;
}
