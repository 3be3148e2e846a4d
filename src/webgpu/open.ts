/** Opens the WebGPU device for an engine: from the object that gives adapters to the accelerator, or the reason why there is none. */
import type { Kernels } from '../wasm/kernels.js';
import { Accelerator, type AcceleratorOptions } from './accelerator.js';
import { Gpu } from './gpu.js';
import type { WebGPUOptions } from './options.js';

export async function openAccelerator(
  gpu: GPU | string,
  { software, limits }: WebGPUOptions,
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
