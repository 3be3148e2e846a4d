/** Opens the WebGPU device for an engine: from the object that gives adapters to the accelerator, or the reason why there is none. */
import type { Kernels } from '../wasm/kernels.js';
import { Accelerator, type AcceleratorOptions } from './accelerator.js';
import type { Limits } from './adapter.js';
import { Gpu } from './gpu.js';

export interface WebGPUOptions {
  /** what gives adapters; default `navigator.gpu`, and in Node and Bun the package `webgpu` */
  gpu?: GPU;
  /** let 'auto' use an adapter that computes on the processor (always slower than WebAssembly; for tests); default false */
  software?: boolean;
  /** under 'auto', the size of a call from which the device takes it (webgpu/accelerator.ts), in place of a measurement; 0: always */
  breakEven?: number;
  /** limits to keep to below those of the adapter */
  limits?: Partial<Limits>;
}

export async function openAccelerator(
  gpu: GPU | string,
  { software = false, limits }: WebGPUOptions,
  options: AcceleratorOptions,
  kernels: Kernels,
  memory: WebAssembly.Memory,
): Promise<Accelerator | string> {
  if (typeof gpu === 'string') return gpu;
  const device = await Gpu.open(gpu, limits).catch((error: unknown) => `WebGPU gives no device: ${(error as Error).message}`);
  if (typeof device === 'string') return device;
  if (device.info.software && !software && !options.named) {
    device.destroy();
    return `the adapter (${device.info.description || device.info.architecture}) computes on the processor, which WebAssembly does faster`;
  }
  return new Accelerator(device, kernels, memory, options);
}
