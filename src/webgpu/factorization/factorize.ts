/**
 * Matrix factorization on the device, by the blocks and in the order of programs/factorize.ts: one dispatch a diagonal, one workgroup a
 * block. p, q and the entries are cut by groups of users and of items into parts that fit one binding; a dispatch works on the blocks
 * of one part by the other.
 *
 * After an epoch the parameters are copied to one of two sets of staging buffers and read while the next epoch runs, so that a lost
 * device costs no whole epoch and the reading costs no time.
 */
import { errors } from '../../errors.js';
import {
  type FactorizeArgs,
  type FactorizeResult,
  factorizeResult,
  judgeFactorization,
  rateOf,
  startFactorization,
  VERDICT,
} from '../../programs/factorization/factorize.js';
import { DeviceLost, type Limits } from '../gpu.js';
import type { Device, Twin } from '../session.js';

/** Entries interleaved at once on their way to the device. */
const CHUNK = 2 ** 20;

/**
 * Blocks to a side for an adapter: as many as keep a large device busy, while a block still has some dozens of entries and a group
 * some dozens of rows. A power of two from 8 to 1024, and a function of the sizes alone, so that the same data gives the same result.
 */
export function blocksFor(limits: Limits, software: boolean, entries: number, users: number, items: number): number {
  const most = software ? 16 : Math.min(1024, limits.maxComputeWorkgroupsPerDimension);
  const wanted = Math.min(most, Math.sqrt(entries / 32), Math.min(users, items) / 16);
  return Math.max(8, highestBit(Math.max(1, wanted)));
}

/** The largest power of two that is not above x, for 1 ≤ x < 2³¹. */
const highestBit = (x: number) => 1 << (31 - Math.clz32(x));

/** Groups of rows from `first`, with their buffer. */
interface Part {
  first: number;
  groups: number;
  buffer: GPUBuffer;
}

export const factorize: Twin<FactorizeArgs, FactorizeResult> = async (device, memory, a, control) => {
  const { gpu, session, kernels } = device;
  const { blocks, starts, ld } = a;
  const [sizeP, sizeQ] = [a.rowsP / blocks, a.rowsQ / blocks];
  const implicit = a.loss !== 'squared';
  const f32 = (at: number, n: number) => new Float32Array(memory.buffer, at, n);
  const words = (at: number, n: number) => new Uint32Array(memory.buffer, at, n);
  const entriesOf = (group: number) => starts[(group + 1) * blocks] - starts[group * blocks];

  const users = cut(blocks, gpu.largest, (group) => Math.max(sizeP * ld * 4, entriesOf(group) * 16 + 16));
  const items = cut(blocks, gpu.largest, () => sizeQ * ld * 4);
  const offsets = implicit ? words(a.seenOffsets, a.rowsP + 1) : new Uint32Array(1);
  const seenLength = implicit ? offsets[a.rowsP] : 0;
  const sides = (a.rowsP + a.rowsQ) * 8;
  const needed = Math.max(sides, starts.length * 4, seenLength * 4);
  if (!users || !items || needed > gpu.largest || (a.loss === 'bpr' && items.length > 1))
    throw errors.runtime(`WebGPU: this factorization needs more than the ${gpu.largest} bytes that the adapter binds at once.`);

  const rowParts = (parts: [number, number][], size: number, at: number): Part[] =>
    parts.map(([first, groups]) => {
      const buffer = session.buffer(groups * size * ld * 4);
      gpu.write(buffer, f32(at + first * size * ld * 4, groups * size * ld));
      return { first, groups, buffer };
    });
  const p = rowParts(users, sizeP, a.p);
  const q = rowParts(items, sizeQ, a.q);
  const entries = users.map(([first, groups]) =>
    writeEntries(device, memory, a, starts[first * blocks], starts[(first + groups) * blocks]),
  );
  const side = session.buffer(sides);
  writeSide();
  const constant = (values: Uint32Array) => {
    const buffer = session.buffer(values.length * 4);
    gpu.write(buffer, values);
    return buffer;
  };
  const startsBuffer = constant(Uint32Array.from(starts));
  const seen = constant(implicit ? words(a.seen, seenLength) : new Uint32Array(1));
  const seenOffsets = constant(offsets);
  const losses = session.buffer(blocks * 4);

  const lanes = Math.min(32, 2 * highestBit(ld - 1));
  const kernel = gpu.kernel(`factorize_${a.loss}`, 'wwwrrwrr', ['math', 'random', `const LANES = ${lanes}u;`, 'factorize']);
  const groups = p.map((user, i) =>
    q.map((item) => kernel.bind(user.buffer, item.buffer, side, entries[i], startsBuffer, losses, seen, seenOffsets)),
  );

  const sets = [0, 1].map(() => [
    [session.staging(blocks * 4), blocks * 4] as [GPUBuffer, number],
    [session.staging(sides), sides] as [GPUBuffer, number],
    ...p.map((part) => [session.staging(part.groups * sizeP * ld * 4), part.groups * sizeP * ld * 4] as [GPUBuffer, number]),
    ...q.map((part) => [session.staging(part.groups * sizeQ * ld * 4), part.groups * sizeQ * ld * 4] as [GPUBuffer, number]),
  ]);

  const submit = (epoch: number) => {
    const rate = rateOf(a, epoch);
    const work = gpu.record().clear(losses);
    for (let step = 0; step < blocks; step++) {
      p.forEach((user, i) => {
        q.forEach((item, j) => {
          // For bpr a workgroup is a pair of item groups, and the rows are those of the part.
          const [row, column, columns] =
            a.loss === 'bpr' ? [user.first, 0, user.groups] : [user.first, item.first, item.groups];
          const u32 = [
            blocks,
            row,
            column,
            columns,
            step,
            epoch,
            ld,
            user.first * sizeP,
            item.first * sizeQ,
            starts[user.first * blocks],
          ];
          u32.push(a.rowsP, a.samples, Number(a.biases), Number(a.schedule === 'adagrad'), a.seed, (epoch - 1) % blocks);
          work.dispatch(kernel, groups[i][j], [a.loss === 'bpr' ? blocks : user.groups], u32, [a.mean, rate, a.regularization]);
        });
      });
    }
    const buffers = [losses, side, ...p.map(({ buffer }) => buffer), ...q.map(({ buffer }) => buffer)];
    sets[epoch % 2].forEach(([staging, bytes], i) => work.copy(buffers[i], 0, staging, 0, bytes));
    work.submit();
  };

  let state = startFactorization();
  // The next epoch is under way while one is read, unless held-out entries decide whether there is a next.
  const depth = a.held > 0 ? 1 : 2;
  let submitted = 0;
  try {
    for (let epoch = 1; ; epoch++) {
      if (control.aborted()) throw errors.aborted();
      while (submitted < Math.min(a.epochs, epoch + depth - 1)) submit(++submitted);
      const next = structuredClone(state);
      const loss = await gpu.readAll(sets[epoch % 2], ([lossWords, sideWords, ...rows]) => {
        let sum = 0;
        for (const loss of new Float32Array(lossWords, 0, blocks)) sum += loss;
        const values = new Float32Array(sideWords);
        const [bu, gu] = [f32(a.bu, a.rowsP + a.rowsQ), a.squares ? f32(a.squares, a.rowsP + a.rowsQ) : undefined];
        for (let r = 0; r < a.rowsP + a.rowsQ; r++) {
          bu[r] = values[2 * r];
          if (gu) gu[r] = values[2 * r + 1];
        }
        p.forEach(({ first }, i) => f32(a.p + first * sizeP * ld * 4, rows[i].byteLength / 4).set(new Float32Array(rows[i])));
        q.forEach(({ first }, j) => {
          const from = rows[p.length + j];
          f32(a.q + first * sizeQ * ld * 4, from.byteLength / 4).set(new Float32Array(from));
        });
        return sum / starts[blocks * blocks];
      });
      const verdict = judgeFactorization(kernels, memory, a, next, loss, control);
      state = next;
      if (verdict === VERDICT.diverged) throw errors.diverged(epoch, rateOf(a, epoch), 'a factor');
      if (verdict === VERDICT.stop) return factorizeResult(a, state);
    }
  } catch (error) {
    if (error instanceof DeviceLost && state.lossCurve.length > 0) error.resume = state;
    throw error;
  }

  /** (bias, sum of squared gradients) of users, then of items, which stand so in linear memory too. */
  function writeSide() {
    const n = a.rowsP + a.rowsQ;
    const values = new Float32Array(2 * n);
    const [bu, gu] = [f32(a.bu, n), a.squares ? f32(a.squares, n) : undefined];
    for (let r = 0; r < n; r++) {
      values[2 * r] = bu[r];
      values[2 * r + 1] = gu ? gu[r] : 1;
    }
    gpu.write(side, values);
  }
};

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
