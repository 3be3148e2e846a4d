/** What gives WebGPU adapters in Deno (built in) and in Node and Bun (the optional package `webgpu`, Dawn). */
import { existsSync } from 'node:fs';

/** Where Linux has graphics devices; Dawn's drivers look for them, and say on standard error when they find none. */
const DEVICES = ['/dev/dri', '/dev/nvidia0', '/dev/nvidiactl', '/dev/dxg', '/dev/kfd', '/dev/kgsl-3d0', '/dev/mali0'];
/** Drivers that somebody has named, which may need no device. */
const NAMED = ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES'];

/** Dawn's object must outlive its devices. */
let dawn: GPU | undefined;

/** @returns the object, or why there is none */
export async function findGpu(): Promise<GPU | string> {
  const builtIn = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (builtIn) return builtIn;
  if (process.platform === 'linux' && !DEVICES.some((path) => existsSync(path)) && !NAMED.some((name) => process.env[name]))
    return 'WebGPU has no adapter on this machine: there is no graphics device, and VK_ICD_FILENAMES names no driver';
  if (dawn) return dawn;
  const name = 'webgpu'; // not written in the import: bundlers would look for it
  let module: { create(flags: string[]): GPU; globals: object };
  try {
    module = await import(name);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    return missing ? "the package 'webgpu' is not installed (npm install webgpu)" : `the package 'webgpu' does not load here`;
  }
  Object.assign(globalThis, module.globals);
  dawn = module.create([]);
  return dawn;
}
