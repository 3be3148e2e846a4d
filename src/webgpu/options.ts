/** Options of the WebGPU device. */
import * as v from 'valibot';
import { atLeast, type Entries, flag, group, opaque, whole } from '../options.js';
import { LIMITS, type Limits } from './adapter.js';

export interface WebGPUOptions {
  /** what gives adapters; default `navigator.gpu`, and in Node and Bun the package `webgpu` */
  gpu?: GPU;
  /** let 'auto' use an adapter that computes on the processor (always slower than WebAssembly; for tests); default false */
  software?: boolean;
  /** under 'auto', the size from which the device takes a call, instead of a measured one; see `workOf` in webgpu/twin.ts. 0: always */
  breakEven?: number;
  /** limits to stay below, where they are lower than the adapter's */
  limits?: Partial<Limits>;
}

const limit = v.optional(whole(1));
export const WEBGPU_OPTIONS = group({
  gpu: v.optional(opaque<GPU>()),
  software: v.optional(flag, false),
  breakEven: v.optional(atLeast(0)),
  limits: v.optional(group(Object.fromEntries(LIMITS.map((name) => [name, limit])) as Record<keyof Limits, typeof limit>)),
} satisfies Entries<WebGPUOptions>);
