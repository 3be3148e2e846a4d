/**
 * The engine: one WebAssembly memory, the kernels compiled for it, and the scheduler that runs them. This file
 * holds what every runtime shares; create.ts builds one in Node, Deno and Bun.
 */
import { errors } from '../errors.js';
import { checked } from '../options.js';
import type { ProgramArgs, ProgramName, ProgramResult } from '../programs/index.js';
import { onAbort } from '../scheduler/on-abort.js';
import {
  MAP_OPTIONS,
  type MapOptions,
  type Mapped,
  map,
  RUN_OPTIONS,
  type RunOptions,
  type Scheduler,
} from '../scheduler/scheduler.js';
import type { Kernels } from '../wasm/kernels.js';
import type { Arena, MemoryStats, Region } from '../wasm/memory.js';
import { ResidentMatrix } from '../wasm/resident.js';
import type { Accelerated } from '../webgpu/accelerator.js';
import type { Session } from '../webgpu/session.js';
import type { Device } from './accelerate.js';
import type { Capabilities } from './capabilities.js';

export interface EngineParts {
  kernels: Kernels;
  arena: Arena;
  scheduler: Scheduler;
  capabilities: Omit<Capabilities, 'device' | 'webgpu'>;
  device: Device;
}

export class Engine implements AsyncDisposable {
  /** The kernels on the calling thread. */
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly scheduler: Scheduler;
  readonly #capabilities: EngineParts['capabilities'];
  #device: Device;
  #looking: Promise<void> | undefined;
  #closed = false;
  #gang: Promise<void> = Promise.resolve();

  /** Use `createEngine()`. */
  constructor({ kernels, arena, scheduler, capabilities, device }: EngineParts) {
    this.kernels = kernels;
    this.arena = arena;
    this.scheduler = scheduler;
    this.#capabilities = capabilities;
    this.#device = device;
  }

  /** What is really in use and, for everything that is not, why. A copy. */
  capabilities(): Capabilities {
    const { accelerator, webgpu } = this.#device;
    const { lost, reason = webgpu.reason } = accelerator ?? {};
    return structuredClone({
      ...this.#capabilities,
      device: accelerator && !lost ? 'webgpu' : 'wasm',
      webgpu: lost ? { ...webgpu, inUse: false, reason: lost } : { ...webgpu, reason },
    });
  }

  /** Sizes of the linear memory, in bytes. A copy. */
  memoryStats(): MemoryStats {
    return this.arena.stats();
  }

  get memory(): WebAssembly.Memory {
    return this.arena.memory;
  }

  /**
   * A matrix that stands in the engine's memory, where estimators read it without a copy.
   * @returns a matrix of undefined contents; dispose it after use
   * @throws CameoError 'memory' when it does not fit
   */
  matrix(rows: number, columns: number): ResidentMatrix {
    return new ResidentMatrix(this, rows, columns);
  }

  /** A block of linear memory; dispose it after use. */
  allocate(bytes: number): Region {
    if (this.#closed) throw errors.runtime('This engine is closed. Create another with createEngine().');
    return this.arena.allocate(bytes);
  }

  /** A view of linear memory. It is valid until the memory grows: make it where it is used, never keep it. */
  f32(offset: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, offset, length);
  }
  /** As f32. */
  i32(offset: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, offset, length);
  }
  /** As f32. */
  u32(offset: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, offset, length);
  }
  /** As f32. */
  u8(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, offset, length);
  }
  /** As f32. */
  f64(offset: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, offset, length);
  }

  /** Runs one program. */
  async run<P extends ProgramName>(program: P, args: ProgramArgs<P>, options: RunOptions = {}): Promise<ProgramResult<P>> {
    checked(RUN_OPTIONS, options);
    return this.#run(program, args, options);
  }

  async #run<P extends ProgramName>(
    program: P,
    args: ProgramArgs<P>,
    options: RunOptions,
    session?: () => Session | undefined,
  ) {
    const done = await this.#accelerate(program, args, options, session);
    return 'value' in done ? done.value : this.scheduler.run(program, { ...args, ...done }, options);
  }

  /** A program on the WebGPU device where that takes it; else, or when the device is lost, what to change in its arguments. */
  async #accelerate<P extends ProgramName>(
    program: P,
    args: ProgramArgs<P>,
    options: RunOptions,
    session?: () => Session | undefined,
  ): Promise<Accelerated<P>> {
    if (this.#device.worthLooking?.(program, args)) await this.lookForGpu();
    const { accelerator } = this.#device;
    if (!accelerator || !(await accelerator.takes(program, args))) return {};
    return accelerator.run(program, args, options, session?.());
  }

  /** Looks for a GPU now, rather than when a call first comes that is large enough for one; see `device` of the options. */
  lookForGpu(): Promise<void> {
    this.#looking ??= (async () => {
      if (this.#device.look) this.#device = await this.#device.look();
    })();
    return this.#looking;
  }

  /**
   * What the device that will run a call would rather have in its arguments, as a factorization on a GPU is cut into more blocks; nothing
   * where WebAssembly runs it.
   * @param draft as much of the arguments as tells the size of the call
   */
  async prefer<P extends ProgramName>(program: P, draft: Partial<ProgramArgs<P>>): Promise<Partial<ProgramArgs<P>>> {
    if (this.#device.worthLooking?.(program, draft)) await this.lookForGpu();
    return this.#device.accelerator?.prefer(program, draft) ?? {};
  }

  /** Runs a program over shards; see scheduler.ts. */
  async *map<S, P extends ProgramName>(
    program: P,
    shards: Iterable<S> | AsyncIterable<S>,
    toArgs: (shard: S, slot: number, index: number) => ProgramArgs<P>,
    options: MapOptions = {},
  ): AsyncGenerator<Mapped<ProgramResult<P>>> {
    checked(MAP_OPTIONS, options);
    let session: Session | undefined;
    const open = () => {
      session ??= this.#device.accelerator?.session();
      return session;
    };
    const width = Math.max(this.scheduler.width, this.#device.accelerator?.width ?? 0);
    const run: Scheduler['run'] = (name, args, runOptions = {}) => this.#run(name, args, runOptions, open);
    try {
      yield* map({ run, width }, this.arena, program, shards, toArgs, options);
    } finally {
      session?.close();
    }
  }

  /**
   * Runs one program on every worker at once, for workers that meet at a barrier. Gangs of one engine take turns, since two
   * that each hold half of the workers would wait for ever. When one member fails, the others are stopped.
   *
   * @returns the first worker's result
   */
  async gang<P extends ProgramName>(
    program: P,
    toArgs: (worker: number, workers: number) => ProgramArgs<P>,
    options: RunOptions = {},
  ): Promise<ProgramResult<P>> {
    checked(RUN_OPTIONS, options);
    const before = this.#gang;
    let done = () => {};
    this.#gang = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    try {
      const accelerated = await this.#accelerate(program, toArgs(0, 1), options);
      if ('value' in accelerated) return accelerated.value;
      const workers = Math.max(1, this.scheduler.threads);
      const failed = new AbortController();
      const stop = () => failed.abort(options.signal?.reason);
      using _ = onAbort(options.signal, stop);
      if (options.signal?.aborted) stop();
      let first: unknown;
      const results = await Promise.allSettled(
        Array.from({ length: workers }, (_, worker) => {
          const { onProgress } = options;
          const member = {
            label: options.label,
            signal: failed.signal,
            attempts: 1,
            onProgress: worker === 0 ? onProgress : undefined,
          };
          return this.scheduler.run(program, { ...toArgs(worker, workers), ...accelerated }, member).catch((error) => {
            first ??= error;
            failed.abort();
            throw error;
          });
        }),
      );
      if (first) throw first;
      return (results[0] as PromiseFulfilledResult<ProgramResult<P>>).value;
    } finally {
      done();
    }
  }

  /** Ends the workers. What stands in the memory is gone. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#device.accelerator?.close();
    await this.scheduler.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
