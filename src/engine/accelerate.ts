/** The WebGPU device of an engine, in any runtime: opens it, connects it to its break-even sizes, and reports the outcome. */
import { errors } from '../errors.js';
import type { ProgramArgs, ProgramName } from '../programs/index.js';
import type { Scheduler } from '../scheduler/scheduler.js';
import type { Kernels } from '../wasm/kernels.js';
import type { Arena } from '../wasm/memory.js';
import type { Accelerator } from '../webgpu/accelerator.js';
import type { AdapterInfo } from '../webgpu/adapter.js';
import { measureBreakEven } from '../webgpu/break-even.js';
import { openAccelerator } from '../webgpu/open.js';
import type { WebGPUOptions } from '../webgpu/options.js';
import { isTwin, type TwinName, twinOf } from '../webgpu/twins.js';
import type { BreakEvens } from './break-evens.js';
import type { Capabilities } from './capabilities.js';

/** What an engine knows of its device: there, not there, or not looked for yet. */
export interface Device {
  accelerator?: Accelerator;
  webgpu: Capabilities['webgpu'];
  /** looks for a device now; absent once that has been done */
  look?: () => Promise<Device>;
  /** whether a call is large enough to be worth looking for a device */
  worthLooking?: <P extends ProgramName>(program: P, args: Partial<ProgramArgs<P>>) => boolean;
}

/**
 * A device that is asked for by name is opened at once. Under 'auto' it is opened when the first call comes that is large enough for it,
 * or at once where the caller gives options for it: a process with little work should not wait for drivers or print their messages.
 *
 * @param find gives the object that gives adapters, or why there is none
 * @throws CameoError 'runtime' when the device was asked for by name and there is none; the scheduler is closed then
 */
export async function accelerate(
  { kernels, arena, scheduler }: { kernels: Kernels; arena: Arena; scheduler: Scheduler },
  options: { device: 'auto' | 'wasm' | 'webgpu'; reproducible: boolean; webgpu?: WebGPUOptions },
  find: () => Promise<GPU | string>,
  bookOf: (adapter: AdapterInfo) => BreakEvens,
): Promise<Device> {
  const { device, reproducible, webgpu = {} } = options;
  const without = (reason: string): Device => ({ webgpu: { inUse: false, reason } });
  if (device === 'wasm') return without("device 'wasm' was asked for");
  if (reproducible) return without('reproducible results were asked for');
  const named = device === 'webgpu';
  const look = async (): Promise<Device> => {
    let book: BreakEvens | undefined;
    const breakEven = async (program: TwinName, work: number): Promise<number> => {
      if (webgpu.breakEven !== undefined || !book || typeof accelerator === 'string') return webgpu.breakEven ?? 0;
      if (work < twinOf(program).sizes[0]) return Number.POSITIVE_INFINITY;
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
  };
  if (named || options.webgpu) return look();
  return {
    ...without('not looked for yet: no call was large enough for a GPU'),
    look,
    worthLooking: (program, args) => isTwin(program) && twinOf(program).workOf(args as never) >= twinOf(program).sizes[0],
  };
}
