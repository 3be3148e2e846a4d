/**
 * Decides which program runs on the WebGPU device, runs it there, and gives the reason where it does not. The engine asks it before the
 * scheduler. When the device is lost, its work goes on in WebAssembly, training from the last whole epoch.
 *
 * Asked for by name, the device takes every program that has a twin; what it cannot do is an error, and so is the next call after a
 * loss. Under 'auto' it takes a program from the size at which it was found to win, and WebAssembly does the rest.
 */

import { CameoError, errors } from '../errors.js';
import type { ProgramArgs, ProgramName, ProgramResult } from '../programs/index.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Kernels } from '../wasm/kernels.js';
import type { AdapterInfo } from './adapter.js';
import { DeviceLost, type Gpu } from './gpu.js';
import { type Device, Session } from './session.js';
import { isTwin, type TwinName, twinOf } from './twins.js';

export interface AcceleratorOptions {
  /** asked for by name: no break-even, errors in place of WebAssembly */
  named: boolean;
  /** the size from which the device takes a program, asked for with the size of a call */
  breakEven: (program: TwinName, work: number) => Promise<number>;
}

/** A result, or `resume`: the argument with which the program goes on elsewhere (undefined: from the start). */
export type Accelerated<P extends ProgramName> = { value: ProgramResult<P> } | { resume?: unknown };

export class Accelerator {
  /** why the last program that could have run here did not */
  reason: string | undefined;
  readonly #device: Omit<Device, 'session'>;

  constructor(
    private readonly gpu: Gpu,
    kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly options: AcceleratorOptions,
  ) {
    this.#device = { gpu, kernels };
  }

  get info(): AdapterInfo {
    return this.gpu.info;
  }

  /** Why there is no device any more; undefined while there is. */
  get lost(): string | undefined {
    return this.gpu.lost;
  }

  /** Shards worth having in flight: one uploads, one computes, one downloads. */
  readonly width = 3;

  /**
   * Whether a call runs here.
   * @throws CameoError 'runtime' when the device was asked for by name and is gone
   */
  async takes<P extends ProgramName>(program: P, args: ProgramArgs<P>): Promise<boolean> {
    return isTwin(program) && this.#takes(program, twinOf(program).workOf(args as never));
  }

  /** What the device would rather have in the arguments of a call, where the call runs here: see twin.ts. Throws as `takes`. */
  async prefer<P extends ProgramName>(program: P, draft: Partial<ProgramArgs<P>>): Promise<Partial<ProgramArgs<P>>> {
    if (!isTwin(program)) return {};
    const { prefer, workOf } = twinOf(program);
    if (!prefer || !(await this.#takes(program, workOf(draft as never)))) return {};
    return prefer(draft as never, this.info);
  }

  async #takes(program: TwinName, work: number): Promise<boolean> {
    if (this.lost) {
      if (this.options.named)
        throw errors.runtime(`Device 'webgpu' is gone: ${this.lost}. Create the engine anew, or use 'auto'.`);
      return false;
    }
    if (this.options.named) return true;
    return work >= (await this.options.breakEven(program, work));
  }

  /** Starts what several calls share; close it after the last. */
  session(): Session {
    return new Session(this.gpu);
  }

  /**
   * Runs a call here.
   * @returns the result; or, where the device was lost or limits of the adapter forbid the call, from where WebAssembly goes on
   * @throws CameoError of the program; 'runtime' for the limits when the device was asked for by name
   */
  async run<P extends ProgramName>(
    program: P,
    args: ProgramArgs<P>,
    { signal, onProgress }: RunOptions,
    session?: Session,
  ): Promise<Accelerated<P>> {
    const own = session ?? this.session();
    const control = {
      aborted: () => signal?.aborted ?? false,
      progress: (a: number, b = 0, c = 0) => onProgress?.(a, b, c),
    };
    try {
      const { run } = twinOf(program as TwinName);
      const value = await run({ ...this.#device, session: own }, this.memory, args as never, control);
      return { value: value as ProgramResult<P> };
    } catch (error) {
      if (error instanceof DeviceLost) return { resume: error.resume };
      if (!(error instanceof CameoError) || error.code !== 'runtime' || this.options.named) throw error;
      this.reason = error.message;
      return {};
    } finally {
      if (!session) own.close();
    }
  }

  close(): void {
    this.gpu.destroy();
  }
}
