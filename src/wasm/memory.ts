/**
 * The engine's linear memory and who holds what in it.
 *
 * TypeScript owns the layout; kernels only read and write where they are told. A first-fit list of free
 * blocks, 64-byte aligned (a cache line; Arrow's alignment), merged with their neighbours when freed, so the
 * order in which models and calls let go does not matter.
 *
 *     0 ………… 1024   zeros for ever: arrow-js-ffi reads null metadata at address 0
 *     1024 … size   blocks
 *
 * The memory grows when no free block is large enough. Growing detaches the views of an unshared memory and
 * leaves those of a shared one short, so views are made where they are used and never kept.
 */
import { errors } from '../errors.js';

const PAGE = 65536;
const ALIGNMENT = 64;
const RESERVED = 1024;
/** Kernels read and write whole vectors past the end of ragged data; arrow-js-ffi reads a byte more. */
const PADDING = 64;

/** A block of linear memory. Its contents are undefined until written. */
export class Region implements Disposable {
  #free: ((region: Region) => void) | undefined;
  constructor(
    /** byte address of the first byte, a multiple of 64 */
    readonly offset: number,
    /** usable bytes; 64 more may be overwritten by kernels */
    readonly bytes: number,
    free: (region: Region) => void,
  ) {
    this.#free = free;
  }
  /** Gives the block back. A second call does nothing. */
  dispose(): void {
    this.#free?.(this);
    this.#free = undefined;
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

export interface MemoryStats {
  /** bytes of the WebAssembly memory */
  size: number;
  /** bytes held by live regions, alignment included */
  used: number;
  /** the most that was used at one time */
  peak: number;
  /** bytes that the memory may grow to */
  maximum: number;
  /** live regions */
  regions: number;
}

interface Block {
  offset: number;
  bytes: number;
}

export class Arena {
  #free: Block[];
  #used = 0;
  #peak = 0;
  #regions = 0;

  constructor(
    readonly memory: WebAssembly.Memory,
    /** bytes that the memory may grow to */
    readonly maximum: number,
  ) {
    this.#free = [{ offset: RESERVED, bytes: memory.buffer.byteLength - RESERVED }];
  }

  /**
   * A block of at least `bytes` bytes.
   * @throws CameoError 'memory' when the memory may not grow that far
   */
  allocate(bytes: number): Region {
    const size = Math.ceil((bytes + PADDING) / ALIGNMENT) * ALIGNMENT;
    let at = this.#free.findIndex((block) => block.bytes >= size);
    if (at < 0) {
      this.#grow(size);
      at = this.#free.length - 1;
    }
    const block = this.#free[at];
    const { offset } = block;
    block.offset += size;
    block.bytes -= size;
    if (block.bytes === 0) this.#free.splice(at, 1);
    this.#used += size;
    this.#peak = Math.max(this.#peak, this.#used);
    this.#regions++;
    return new Region(offset, bytes, () => this.#release(offset, size));
  }

  /** Bytes that regions may still take. */
  get free(): number {
    return this.maximum - this.#used;
  }

  /** Asks for room that will be taken bit by bit. @throws CameoError 'memory' where it is not there, so that no work is begun in vain */
  require(bytes: number): void {
    if (bytes > this.free) throw errors.memory(this.#used + bytes, this.maximum);
  }

  stats(): MemoryStats {
    return {
      size: this.memory.buffer.byteLength,
      used: this.#used,
      peak: this.#peak,
      maximum: this.maximum,
      regions: this.#regions,
    };
  }

  /** Makes the last free block at least `size` bytes. */
  #grow(size: number) {
    const end = this.memory.buffer.byteLength;
    let last = this.#free.at(-1);
    if (!last || last.offset + last.bytes !== end) {
      last = { offset: end, bytes: 0 };
      this.#free.push(last);
    }
    // At least a sixteenth more than there is, so that many small requests do not grow it page by page.
    const needed = size - last.bytes;
    const wanted = Math.min(Math.max(needed, end >> 4), Math.max(needed, this.maximum - end));
    try {
      if (end + needed > this.maximum) throw new RangeError('maximum');
      this.memory.grow(Math.ceil(wanted / PAGE));
    } catch {
      if (last.bytes === 0) this.#free.pop();
      throw errors.memory(this.#used + size, this.maximum);
    }
    last.bytes += this.memory.buffer.byteLength - end;
  }

  #release(offset: number, bytes: number) {
    this.#used -= bytes;
    this.#regions--;
    let at = this.#free.findIndex((block) => block.offset > offset);
    if (at < 0) at = this.#free.length;
    this.#free.splice(at, 0, { offset, bytes });
    this.#merge(at);
    if (at > 0) this.#merge(at - 1);
  }

  #merge(at: number) {
    const block = this.#free[at];
    const next = this.#free[at + 1];
    if (next && block.offset + block.bytes === next.offset) {
      block.bytes += next.bytes;
      this.#free.splice(at + 1, 1);
    }
  }
}

/**
 * Lays out consecutive aligned pieces from a base address. Without a memory it only measures: the same calls give the same sizes, so
 * that `place` can ask for the room first and put the values there afterwards.
 */
export class Layout {
  #next: number;
  constructor(
    readonly base: number,
    private readonly memory?: WebAssembly.Memory,
  ) {
    this.#next = base;
  }
  /** The address of the next `bytes` bytes, with room for a kernel's last vector. */
  take(bytes: number): number {
    const at = this.#next;
    this.#next += Math.ceil((bytes + PADDING) / ALIGNMENT) * ALIGNMENT;
    return at;
  }
  /** The address of a copy of the values; where there is no memory, only the room is taken. */
  put(values: Float32Array | Int32Array | Uint32Array | Float64Array | Uint8Array): number {
    const at = this.take(values.byteLength);
    if (this.memory) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      new Uint8Array(this.memory.buffer, at, bytes.length).set(bytes);
    }
    return at;
  }
  /** Bytes laid out so far. */
  get bytes(): number {
    return this.#next - this.base;
  }
}

/** A linear memory and who gives room in it: an engine, or its arena. */
export interface Space {
  readonly memory: WebAssembly.Memory;
  /** @throws CameoError 'memory' when it does not fit */
  allocate(bytes: number): Region;
}

/** Measures what is laid out, takes that room, and lays it out there. Dispose the region after use. */
export function place<T>(space: Space, lay: (layout: Layout) => T): { at: T; region: Region } {
  const measured = new Layout(0);
  lay(measured);
  const region = space.allocate(measured.bytes);
  return { at: lay(new Layout(region.offset, space.memory)), region };
}
