/**
 * A WebGPU device and what the programs need of it: buffers, kernels (compiled once), and recordings of dispatches.
 *
 * Every kernel has the same frame: binding 0 is a uniform block of 256 bytes (u32 dimensions, then f32 scalars), bindings 1, 2, …
 * are storage buffers in the order of the kernel's signature. The uniform blocks of one submission stand in one buffer and are
 * chosen by dynamic offset, so bind groups are made once and used for every batch.
 */
import { errors } from '../errors.js';
import { type AdapterInfo, findAdapter, type Limits } from './adapter.js';
import { shaders } from './shaders.js';

/** Bytes of a uniform block: the alignment that every adapter accepts for a dynamic offset. */
const BLOCK = 256;
const BLOCKS = 4096;
/** Milliseconds to wait for the device's own report that it is lost. */
const LOSS_IS_TOLD = 3000;
/** Bytes copied at once out of shared memory, which queues do not take everywhere. */
const PIECE = 2 ** 24;

/** A part of a buffer; offsets are multiples of 256 bytes. */
export interface Slice {
  buffer: GPUBuffer;
  offset?: number;
  size?: number;
}
export type Binding = GPUBuffer | Slice;

/** The device is gone: what ran on it goes on in WebAssembly, a training from `resume` where there is one. */
export class DeviceLost extends Error {
  resume: unknown;
}

export class Kernel {
  constructor(
    readonly pipeline: GPUComputePipeline,
    private readonly layout: GPUBindGroupLayout,
    private readonly gpu: Gpu,
  ) {}

  /** The storage buffers of a call, in the order of the kernel's bindings. */
  bind(...bindings: Binding[]): GPUBindGroup {
    return this.gpu.device.createBindGroup({
      layout: this.layout,
      entries: [
        { binding: 0, resource: { buffer: this.gpu.uniforms, size: BLOCK } },
        ...bindings.map((b, i) => ({ binding: i + 1, resource: 'buffer' in b ? b : { buffer: b } })),
      ],
    });
  }
}

export class Gpu {
  readonly uniforms: GPUBuffer;
  /** Why the device is gone; undefined while it is there. */
  lost: string | undefined;
  /** For measuring: copies are done, kernels left out. */
  transfersOnly = false;
  readonly #kernels = new Map<string, Kernel>();
  readonly #lost: Promise<never>;
  #error: string | undefined;

  private constructor(
    readonly device: GPUDevice,
    readonly info: AdapterInfo,
  ) {
    this.uniforms = device.createBuffer({ size: BLOCK * BLOCKS, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    this.#lost = device.lost.then(({ reason, message }) => {
      this.lost = `the device was lost (${reason}${message ? `: ${message}` : ''})`;
      throw new DeviceLost(this.lost);
    });
    this.#lost.catch(() => {});
    // Work that the device refuses (for lack of memory, say) leaves zeros behind, so this is checked before anything is read.
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.#error ??= event.error.message;
    });
  }

  /**
   * The device of the most powerful adapter.
   * @param lower limits to stay below those of the adapter, as a smaller one would have them
   * @returns the device, or why there is none
   */
  static async open(gpu: GPU, lower: Partial<Limits> = {}): Promise<Gpu | string> {
    const found = await findAdapter(gpu);
    if (typeof found === 'string') return found;
    const { adapter, info } = found;
    const device = await adapter.requestDevice({ requiredLimits: { ...info.limits } });
    return new Gpu(device, { ...info, limits: { ...info.limits, ...lower } });
  }

  /** The largest buffer that can be bound whole, in bytes. */
  get largest(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.info.limits;
    return Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / BLOCK) * BLOCK;
  }

  /** A storage buffer of at least that many bytes, zeros; the caller destroys it. */
  buffer(bytes: number): GPUBuffer {
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    return this.device.createBuffer({
      size: Math.max(BLOCK, Math.ceil(bytes / 16) * 16),
      usage: STORAGE | COPY_SRC | COPY_DST,
    });
  }

  /** A buffer that results are copied to and read from; see `read`. */
  staging(bytes: number): GPUBuffer {
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    return this.device.createBuffer({ size: Math.max(16, Math.ceil(bytes / 4) * 4), usage: MAP_READ | COPY_DST });
  }

  /** Writes words of 32 bits; the queue copies them at once. */
  write(buffer: GPUBuffer, words: Float32Array | Uint32Array | Int32Array, offset = 0): void {
    if (words.buffer instanceof ArrayBuffer) {
      this.device.queue.writeBuffer(buffer, offset, words as Float32Array<ArrayBuffer>);
      return;
    }
    // Shared memory is copied first: Node 20 with Dawn crashes on a view of it.
    for (let at = 0; at < words.length; at += PIECE / 4) {
      this.device.queue.writeBuffer(buffer, offset + at * 4, new Uint32Array(bits(words.subarray(at, at + PIECE / 4))));
    }
  }

  /** Waits for what was copied to a staging buffer, hands it to `see` as a view that ends with the call, and unmaps it. */
  read<T>(staging: GPUBuffer, bytes: number, see: (words: ArrayBuffer) => T): Promise<T> {
    return this.readAll([[staging, bytes]], ([words]) => see(words));
  }

  /** As `read`, for several staging buffers at once: `see` runs when all are there. */
  async readAll<T>(stagings: [GPUBuffer, number][], see: (words: ArrayBuffer[]) => T): Promise<T> {
    const sizes = stagings.map(([, bytes]) => Math.max(4, Math.ceil(bytes / 4) * 4));
    try {
      await this.guard(Promise.all(stagings.map(([staging], i) => staging.mapAsync(GPUMapMode.READ, 0, sizes[i]))));
    } finally {
      this.#check();
    }
    const value = see(stagings.map(([staging], i) => staging.getMappedRange(0, sizes[i])));
    for (const [staging] of stagings) staging.unmap();
    return value;
  }

  #check() {
    const message = this.#error;
    this.#error = undefined;
    if (message !== undefined && !this.lost) throw errors.runtime(`WebGPU refuses the work: ${message.split('\n')[0]}`);
  }

  /** Waits for a promise, or for the loss of the device. @throws DeviceLost */
  async guard<T>(promise: Promise<T>): Promise<T> {
    try {
      return await Promise.race([promise, this.#lost]);
    } catch (error) {
      // A mapping fails a moment before the loss is reported, with a different error in each runtime.
      await Promise.race([this.#lost, new Promise((resolve) => setTimeout(resolve, LOSS_IS_TOLD))]);
      throw error;
    }
  }

  /**
   * A kernel by the name of its WGSL file, compiled once for the device.
   * @param storage what it does with each storage buffer: 'r' reads, 'w' reads and writes
   * @param parts WGSL files that it includes, in order, and lines of constants
   */
  kernel(name: string, storage: string, parts: string[] = []): Kernel {
    const key = `${name} ${parts}`;
    const known = this.#kernels.get(key);
    if (known) return known;
    const code = [...parts, name].map((part) => shaders[part] ?? part).join('\n');
    const layout = this.device.createBindGroupLayout({
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'uniform' as const, hasDynamicOffset: true, minBindingSize: BLOCK },
        },
        ...[...storage].map((use, i) => ({
          binding: i + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: use === 'r' ? ('read-only-storage' as const) : ('storage' as const) },
        })),
      ],
    });
    const pipeline = this.device.createComputePipeline({
      label: name,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: this.device.createShaderModule({ label: name, code }), entryPoint: name },
    });
    const kernel = new Kernel(pipeline, layout, this);
    this.#kernels.set(key, kernel);
    return kernel;
  }

  record(): Recording {
    return new Recording(this);
  }

  destroy(): void {
    this.device.destroy();
  }
}

const bits = (words: Float32Array | Uint32Array | Int32Array) => new Uint32Array(words.buffer, words.byteOffset, words.length);

/** A list of dispatches and copies that is submitted as a whole (in several pieces where its uniform blocks do not fit). */
export class Recording {
  #encoder: GPUCommandEncoder;
  #pass: GPUComputePassEncoder | undefined;
  readonly #words = new ArrayBuffer(BLOCK * BLOCKS);
  #used = 0;

  constructor(private readonly gpu: Gpu) {
    this.#encoder = gpu.device.createCommandEncoder();
  }

  /**
   * Runs a kernel over x · y · z workgroups.
   * @param u32 the dimensions, the uniform block's first fields
   * @param f32 the scalars behind them
   */
  dispatch(kernel: Kernel, group: GPUBindGroup, [x, y = 1, z = 1]: number[], u32: number[], f32: number[] = []): this {
    if (x === 0 || y === 0 || z === 0 || this.gpu.transfersOnly) return this;
    if (Math.max(x, y, z) > this.gpu.info.limits.maxComputeWorkgroupsPerDimension)
      throw errors.runtime(`WebGPU: ${Math.max(x, y, z)} workgroups are more than the adapter runs at once.`);
    if (this.#used === BLOCKS) this.#flush();
    const at = this.#used++ * BLOCK;
    new Uint32Array(this.#words, at, u32.length).set(u32);
    new Float32Array(this.#words, at + u32.length * 4, f32.length).set(f32);
    this.#pass ??= this.#encoder.beginComputePass();
    this.#pass.setPipeline(kernel.pipeline);
    this.#pass.setBindGroup(0, group, [at]);
    this.#pass.dispatchWorkgroups(x, y, z);
    return this;
  }

  /** Copies bytes, a multiple of 4, between buffers. */
  copy(from: GPUBuffer, fromOffset: number, to: GPUBuffer, toOffset: number, bytes: number): this {
    this.#endPass();
    if (bytes > 0) this.#encoder.copyBufferToBuffer(from, fromOffset, to, toOffset, Math.ceil(bytes / 4) * 4);
    return this;
  }

  clear(buffer: GPUBuffer): this {
    this.#endPass();
    this.#encoder.clearBuffer(buffer);
    return this;
  }

  submit(): void {
    this.#flush();
  }

  #endPass() {
    this.#pass?.end();
    this.#pass = undefined;
  }

  #flush() {
    this.#endPass();
    if (this.#used > 0) this.gpu.device.queue.writeBuffer(this.gpu.uniforms, 0, this.#words, 0, this.#used * BLOCK);
    this.gpu.device.queue.submit([this.#encoder.finish()]);
    this.#encoder = this.gpu.device.createCommandEncoder();
    this.#used = 0;
  }
}
