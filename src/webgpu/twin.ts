/**
 * The contract of twins: what the device knows of a program that it can run in the place of WebAssembly. A twin is one file, in a folder
 * of its family's name where it has one, and a line in twins.ts.
 */
import type { Control } from '../programs/program.js';
import type { Kernels } from '../wasm/kernels.js';
import type { Region, Space } from '../wasm/memory.js';
import type { AdapterInfo } from './adapter.js';
import type { Device } from './session.js';

/** A call's arguments, and the region that they stand in, which the caller disposes of. */
export interface Workload<A> {
  args: A;
  region: Region;
}

export interface Twin<A, R> {
  /**
   * The arguments and the result of its namesake in programs/.
   * @throws CameoError of the program; 'runtime' where limits of the adapter forbid the call; DeviceLost
   */
  run(device: Device, memory: WebAssembly.Memory, args: A, control: Control): Promise<R>;

  /**
   * The size of a call, in the program's own unit: multiply-adds that can run side by side (of a batch, for training), or numbers moved
   * where there is no more to do than that.
   */
  workOf(args: A): number;

  /** Sizes to measure, growing. What is smaller than the first is not worth a device's latency. */
  readonly sizes: readonly number[];

  /** What runs at the same time: a call a worker, one call alone, or one call that all workers share. */
  readonly together: 'shards' | 'single' | 'gang';

  /**
   * A call of about that size over numbers that mean nothing, for break-even and benchmark to measure.
   * @param changes what `prefer` gave
   * @throws CameoError 'memory'
   */
  workload(space: Space, kernels: Kernels, work: number, changes?: Partial<A>): Workload<A>;

  /**
   * What the device would rather have in the arguments of such a call.
   * @param draft as much of the arguments as is known, and as `workOf` looks at
   */
  prefer?(draft: Partial<A>, adapter: AdapterInfo): Partial<A>;
}
