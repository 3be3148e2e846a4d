/** What gives WebGPU adapters in Deno (built in) and in Node and Bun (the optional package `webgpu`, Dawn). */

/** Dawn's object must outlive its devices. */
let dawn: GPU | undefined;

/** @returns the object, or why there is none */
export async function findGpu(): Promise<GPU | string> {
  const builtIn = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (builtIn) return builtIn;
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
