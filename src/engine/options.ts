/** What the options of engines share where there may be workers and a GPU. */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { oneOf } from '../options.js';
import { WEBGPU_OPTIONS } from '../webgpu/options.js';

export const threads = (most: number) => {
  const message = `'auto' or a whole number from 0 to ${most}`;
  const count = v.pipe(v.number(), v.integer(message), v.minValue(0, message), v.maxValue(most, message));
  return v.union([v.literal('auto'), count], message);
};

/** Entries for what runs programs on a GPU, where there may be one. */
export const DEVICE = {
  device: v.optional(oneOf('auto', 'wasm', 'webgpu'), 'auto'),
  webgpu: v.optional(WEBGPU_OPTIONS),
};

/** @throws CameoError 'argument' where both a GPU and reproducible results are asked for by name */
export function refuseReproducibleGpu({ device, reproducible }: { device: string; reproducible: boolean }): void {
  if (device === 'webgpu' && reproducible)
    throw errors.invalid(
      "Reproducible results come from the WebAssembly kernels alone. Leave out device 'webgpu' or reproducible.",
    );
}
