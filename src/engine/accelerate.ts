/** The WebGPU device of an engine, in any runtime: opens it, wires it to its break-even sizes, and tells what came of it. */
import { errors } from '../errors.js';
import type { Scheduler } from '../scheduler/scheduler.js';
import type { Accelerator, BreakEven, TwinName } from '../webgpu/accelerator.js';
import { measureBreakEven } from '../webgpu/break-even.js';
import type { AdapterInfo } from '../webgpu/gpu.js';
import { openAccelerator, type WebGPUOptions } from '../webgpu/open.js';
import type { Capabilities } from './engine.js';
import type { Kernels } from './kernels.js';
import type { Arena } from './memory.js';

/** Where measured sizes are kept. */
export interface Book {
  readonly measured: Partial<Record<keyof BreakEven, number | null>>;
  /** Reads what is known. */
  load(): Promise<void>;
  of(program: TwinName, measure: () => Promise<number>): Promise<number>;
}

/**
 * @param find gives the object that gives adapters, or why there is none
 * @throws CameoError 'runtime' when the device was asked for by name and there is none; the scheduler is closed then
 */
export async function accelerate(
  { kernels, arena, scheduler }: { kernels: Kernels; arena: Arena; scheduler: Scheduler },
  options: { device?: 'auto' | 'wasm' | 'webgpu'; reproducible?: boolean; webgpu?: WebGPUOptions },
  find: () => Promise<GPU | string>,
  bookOf: (adapter: AdapterInfo) => Book,
): Promise<{ accelerator?: Accelerator; webgpu: Capabilities['webgpu'] }> {
  const { device = 'auto', reproducible, webgpu = {} } = options;
  const without = (reason: string) => ({ webgpu: { inUse: false, reason } });
  if (device === 'wasm') return without("device 'wasm' was asked for");
  if (reproducible) return without('reproducible results were asked for');
  const named = device === 'webgpu';
  let book: Book | undefined;
  const breakEven = async (program: TwinName): Promise<number> => {
    if (webgpu.breakEven !== undefined || !book || typeof accelerator === 'string') return webgpu.breakEven ?? 0;
    return book.of(program, () => measureBreakEven({ accelerator, scheduler, kernels, arena }, program));
  };
  const gpu = webgpu.gpu ?? (await find());
  const accelerator = await openAccelerator(gpu, webgpu, { named, breakEven }, kernels, arena.memory);
  if (typeof accelerator === 'string') {
    if (!named) return without(accelerator);
    await scheduler.close();
    throw errors.runtime(`Device 'webgpu' was asked for: ${accelerator}. Use 'auto' to go on without.`);
  }
  if (!named) {
    book = bookOf(accelerator.info);
    await book.load();
  }
  return { accelerator, webgpu: { inUse: true, adapter: accelerator.info, breakEven: book?.measured } };
}
