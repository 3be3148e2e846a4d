/**
 * Epochs of a factorization on the device: p, q and the entries are cut by groups of users and of items into parts that fit one binding;
 * a dispatch works on the blocks of one part by the other, a workgroup a block.
 */
import { errors } from '../../errors.js';
import { type FactorizeArgs, rateOf } from '../../programs/factorization/factorize.js';
import type { Kernel } from '../gpu.js';
import type { Device } from '../session.js';
import { highestBit } from './blocks.js';

/** Entries interleaved at once on their way to the device. */
const CHUNK = 2 ** 20;

/** Groups of rows from `first`, with their buffer. */
interface Part {
  first: number;
  groups: number;
  buffer: GPUBuffer;
}

export class Epochs {
  readonly #p: Part[];
  readonly #q: Part[];
  readonly #side: GPUBuffer;
  readonly #losses: GPUBuffer;
  readonly #kernel: Kernel;
  /** by part of p and part of q */
  readonly #groups: GPUBindGroup[][];
  /** what epochs leave behind, in two sets: one is read while the next epoch writes the other */
  readonly #stagings: [GPUBuffer, number][][];

  /** @throws CameoError 'runtime' for what the adapter does not bind at once */
  constructor(
    private readonly device: Device,
    private readonly memory: WebAssembly.Memory,
    private readonly a: FactorizeArgs,
  ) {
    const { gpu, session } = device;
    const { blocks, starts, ld } = a;
    const implicit = a.loss !== 'squared';
    const words = (at: number, n: number) => new Uint32Array(memory.buffer, at, n);
    const offsets = implicit ? words(a.seenOffsets, a.rowsP + 1) : new Uint32Array(1);
    const { users, items } = this.#cut(implicit ? offsets[a.rowsP] : 0);
    this.#p = this.#writeRows(users, this.#sizeP, a.p);
    this.#q = this.#writeRows(items, this.#sizeQ, a.q);
    const entries = users.map(([first, groups]) =>
      writeEntries(device, memory, a, starts[first * blocks], starts[(first + groups) * blocks]),
    );
    this.#side = session.buffer(this.#sideBytes);
    this.#writeSide();
    const constant = (values: Uint32Array) => {
      const buffer = session.buffer(values.length * 4);
      gpu.write(buffer, values);
      return buffer;
    };
    const startsBuffer = constant(Uint32Array.from(starts));
    const seen = constant(implicit ? words(a.seen, offsets[a.rowsP]) : new Uint32Array(1));
    const seenOffsets = constant(offsets);
    this.#losses = session.buffer(blocks * 4);
    const lanes = Math.min(32, 2 * highestBit(ld - 1));
    this.#kernel = gpu.kernel(`factorize_${a.loss}`, 'wwwrrwrr', ['math', 'random', `const LANES = ${lanes}u;`, 'factorize']);
    this.#groups = this.#p.map((user, i) =>
      this.#q.map((item) =>
        this.#kernel.bind(user.buffer, item.buffer, this.#side, entries[i], startsBuffer, this.#losses, seen, seenOffsets),
      ),
    );
    const bytes = [
      blocks * 4,
      this.#sideBytes,
      ...this.#p.map(({ groups }) => groups * this.#sizeP * ld * 4),
      ...this.#q.map(({ groups }) => groups * this.#sizeQ * ld * 4),
    ];
    this.#stagings = [0, 1].map(() => bytes.map((n): [GPUBuffer, number] => [session.staging(n), n]));
  }

  /** Rows of a group of users, and of items. */
  get #sizeP(): number {
    return this.a.rowsP / this.a.blocks;
  }
  get #sizeQ(): number {
    return this.a.rowsQ / this.a.blocks;
  }
  /** (bias, sum of squared gradients) of users, then of items, which stand so in linear memory too. */
  get #sideBytes(): number {
    return (this.a.rowsP + this.a.rowsQ) * 8;
  }
  #f32(at: number, n: number) {
    return new Float32Array(this.memory.buffer, at, n);
  }

  /** Submits an epoch: one dispatch a diagonal and pair of parts. */
  submit(epoch: number): void {
    const { a } = this;
    const { blocks, starts, ld } = a;
    const scalars = [a.mean, rateOf(a, epoch), a.regularization];
    const common = [a.rowsP, a.samples, Number(a.biases), Number(a.schedule === 'adagrad'), a.seed, (epoch - 1) % blocks];
    const work = this.device.gpu.record().clear(this.#losses);
    for (let step = 0; step < blocks; step++) {
      this.#p.forEach((user, i) => {
        this.#q.forEach((item, j) => {
          // For bpr a workgroup is a pair of item groups, and the rows are those of the part.
          const bpr = a.loss === 'bpr';
          const place = bpr ? [user.first, 0, user.groups] : [user.first, item.first, item.groups];
          const rows = [user.first * this.#sizeP, item.first * this.#sizeQ, starts[user.first * blocks]];
          const dimensions = [blocks, ...place, step, epoch, ld, ...rows, ...common];
          work.dispatch(this.#kernel, this.#groups[i][j], [bpr ? blocks : user.groups], dimensions, scalars);
        });
      });
    }
    const buffers = [this.#losses, this.#side, ...this.#p.map(({ buffer }) => buffer), ...this.#q.map(({ buffer }) => buffer)];
    this.#stagings[epoch % 2].forEach(([staging, bytes], i) => work.copy(buffers[i], 0, staging, 0, bytes));
    work.submit();
  }

  /** Waits for an epoch and copies what it learnt into linear memory. @returns the sum of its losses @throws DeviceLost */
  read(epoch: number): Promise<number> {
    const { a } = this;
    const { blocks, ld } = a;
    const n = a.rowsP + a.rowsQ;
    return this.device.gpu.readAll(this.#stagings[epoch % 2], ([losses, side, ...rows]) => {
      const values = new Float32Array(side);
      const [bu, gu] = [this.#f32(a.bu, n), a.squares ? this.#f32(a.squares, n) : undefined];
      for (let r = 0; r < n; r++) {
        bu[r] = values[2 * r];
        if (gu) gu[r] = values[2 * r + 1];
      }
      const keep = (from: ArrayBuffer, at: number) => this.#f32(at, from.byteLength / 4).set(new Float32Array(from));
      this.#p.forEach(({ first }, i) => keep(rows[i], a.p + first * this.#sizeP * ld * 4));
      this.#q.forEach(({ first }, j) => keep(rows[this.#p.length + j], a.q + first * this.#sizeQ * ld * 4));
      return new Float32Array(losses, 0, blocks).reduce((sum, loss) => sum + loss, 0);
    });
  }

  /** Parts of users and of items whose bytes fit one binding. */
  #cut(seenLength: number) {
    const { a } = this;
    const { blocks, starts, ld } = a;
    const { largest } = this.device.gpu;
    const entriesOf = (group: number) => starts[(group + 1) * blocks] - starts[group * blocks];
    const users = cut(blocks, largest, (group) => Math.max(this.#sizeP * ld * 4, entriesOf(group) * 16 + 16));
    const items = cut(blocks, largest, () => this.#sizeQ * ld * 4);
    const needed = Math.max(this.#sideBytes, starts.length * 4, seenLength * 4);
    if (!users || !items || needed > largest || (a.loss === 'bpr' && items.length > 1))
      throw errors.runtime(`WebGPU: this factorization needs more than the ${largest} bytes that the adapter binds at once.`);
    return { users, items };
  }

  #writeRows(parts: [number, number][], size: number, at: number): Part[] {
    const { gpu, session } = this.device;
    const { ld } = this.a;
    return parts.map(([first, groups]) => {
      const buffer = session.buffer(groups * size * ld * 4);
      gpu.write(buffer, this.#f32(at + first * size * ld * 4, groups * size * ld));
      return { first, groups, buffer };
    });
  }

  #writeSide(): void {
    const { a } = this;
    const n = a.rowsP + a.rowsQ;
    const values = new Float32Array(2 * n);
    const [bu, gu] = [this.#f32(a.bu, n), a.squares ? this.#f32(a.squares, n) : undefined];
    for (let r = 0; r < n; r++) {
      values[2 * r] = bu[r];
      values[2 * r + 1] = gu ? gu[r] : 1;
    }
    this.device.gpu.write(this.#side, values);
  }
}

/** Ranges [first, groups] whose bytes fit, or undefined where a single group does not. */
function cut(blocks: number, largest: number, bytes: (group: number) => number): [number, number][] | undefined {
  const parts: [number, number][] = [];
  let sum = Number.POSITIVE_INFINITY;
  for (let group = 0; group < blocks; group++) {
    if (bytes(group) > largest) return undefined;
    sum += bytes(group);
    if (sum > largest) {
      parts.push([group, 0]);
      sum = bytes(group);
    }
    parts[parts.length - 1][1]++;
  }
  return parts;
}

/** Entries from … end − 1 as u32[.., 4]: user, item, value, weight. */
function writeEntries(
  { gpu, session }: Device,
  memory: WebAssembly.Memory,
  a: FactorizeArgs,
  from: number,
  end: number,
): GPUBuffer {
  const buffer = session.buffer((end - from) * 16);
  const one = new Uint32Array(Float32Array.of(1).buffer)[0];
  for (let at = from; at < end; at += CHUNK) {
    const n = Math.min(CHUNK, end - at);
    const column = (address: number) => (address ? new Uint32Array(memory.buffer, address + at * 4, n) : undefined);
    const [users, items, values, weights] = [a.users, a.items, a.values, a.weights].map(column);
    const rows = new Uint32Array(4 * n);
    for (let i = 0; i < n; i++) {
      rows[4 * i] = users?.[i] ?? 0;
      rows[4 * i + 1] = items?.[i] ?? 0;
      rows[4 * i + 2] = values?.[i] ?? 0;
      rows[4 * i + 3] = weights?.[i] ?? one;
    }
    gpu.write(buffer, rows, (at - from) * 16);
  }
  return buffer;
}
