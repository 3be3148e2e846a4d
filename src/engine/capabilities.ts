/** What an engine can use, what it does use, and why not the rest. */
import type { Build } from '../wasm/builds.js';
import type { AdapterInfo } from '../webgpu/adapter.js';
import type { TwinName } from '../webgpu/twins.js';

/** One thing that the engine can use, whether it does, and why not. */
export interface Capability {
  inUse: boolean;
  /** why it is not in use; absent when it is */
  reason?: string;
}

/** The reason is told only where the thing is not in use. */
export const capability = (inUse: boolean, reason: string): Capability => (inUse ? { inUse } : { inUse, reason });

export interface Capabilities {
  runtime: string;
  /** which of the four builds of the kernels runs */
  build: Build;
  /** what runs the hot programs, from their break-even on */
  device: 'wasm' | 'webgpu';
  /** worker threads; 0 means that programs run on the calling thread */
  threads: number;
  /** why there are fewer worker threads than were asked for; absent where there are not */
  threadsReason?: string;
  /** whether results are the same bytes in every engine */
  reproducible: boolean;
  simd: Capability;
  relaxedSimd: Capability;
  sharedMemory: Capability;
  webgpu: Capability & {
    /** the adapter found, with its limits and features */
    adapter?: AdapterInfo;
    /** under 'auto', the size from which each measured program runs on the device (`workOf` in webgpu/twin.ts); null for never */
    breakEven?: Partial<Record<TwinName, number | null>>;
  };
}
