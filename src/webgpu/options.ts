/** Options of the WebGPU device. */
import * as v from 'valibot';
import { atLeast, type Entries, flag, group, opaque, whole } from '../options.js';
import { LIMITS, type Limits } from './adapter.js';

export interface WebGPUOptions {
  /** what gives adapters; default `navigator.gpu`, and in Node and Bun the package `webgpu` */
  gpu?: GPU;
  /** let 'auto' use an adapter that computes on the processor (always slower than WebAssembly; for tests); default false */
  software?: boolean;
  /** under 'auto', the size of a call from which the device takes it in the unit of its `workOf` (webgpu/twin.ts), in place of a measurement; 0: always */
  breakEven?: number;
  /** limits to keep to below those of the adapter */
  limits?: Partial<Limits>;
}

const limit = v.optional(whole(1));
export const WEBGPU_OPTIONS = group({
  gpu: v.optional(opaque<GPU>()),
  software: v.optional(flag, false),
  breakEven: v.optional(atLeast(0)),
  limits: v.optional(group(Object.fromEntries(LIMITS.map((name) => [name, limit])) as Record<keyof Limits, typeof limit>)),
} satisfies Entries<WebGPUOptions>);
