/** Exact top n for one shard of rows: scores by the dense kernel in pieces of columns, the best kept per row. */
import { errors } from '../errors.js';
import { type TopArgs, topScratch } from '../programs/top.js';
import { place } from '../wasm/memory.js';
import { gemmKernel } from './gemm.js';
import type { Device } from './session.js';
import type { Twin } from './twin.js';
import { fill, floats, RANK } from './workload.js';

/** Columns scored at once: with the shards' 256 rows, 16 MiB of scores. */
const COLUMNS = 16384;
/** As top.wgsl. */
const ABSENT = -3.4028234e38;
const LOWEST = -3e38;

const run: Twin<TopArgs, void>['run'] = async (device, memory, a, control) => {
  const { gpu, session } = device;
  if (gpu.largest < a.ld * 256)
    throw errors.runtime(`WebGPU: 64 rows of ${a.ld} factors are larger than the adapter binds at once.`);
  const most = Math.min(COLUMNS, Math.floor(gpu.largest / (a.ld * 4) / 64) * 64);
  const parts = session.constant(`columns ${a.y}`, () => writeColumns(device, memory, a, most));
  const step = Math.max(1, Math.min(4096, Math.floor(gpu.largest / (Math.max(most, a.ld, a.n) * 4))));
  for (let first = 0; first < a.rows; first += step) {
    if (control.aborted()) throw errors.aborted();
    const rows = Math.min(step, a.rows - first);
    const bytes = rows * a.n * 4;
    const make = () => workspace(device, a, parts, rows, most);
    await session.borrow(`top ${rows}`, make, async ({ x, scores, staging, values, ids, select, score, selections }) => {
      gpu.write(x, new Float32Array(memory.buffer, a.x + first * a.ld * 4, rows * a.ld));
      gpu.write(values[0], new Float32Array(rows * a.n).fill(ABSENT));
      gpu.write(ids[0], new Int32Array(rows * a.n).fill(-1));
      const exclude = a.exclude ? excluded(device, memory, a, first, rows) : undefined;
      const work = gpu.record();
      parts.forEach(({ first: column, count }, t) => {
        const { kernel, group, workgroups } = score[t];
        work.dispatch(kernel, group, workgroups, [rows, a.ld, count, 0, count, 0]);
        if (exclude) work.dispatch(exclude.kernel, exclude.bind(scores), [rows], [rows, count, column, count]);
        work.dispatch(select, selections[(t + 1) % 2], [rows], [a.n, count, count, column]);
      });
      const last = parts.length % 2;
      work.copy(values[last], 0, staging, 0, bytes).copy(ids[last], 0, staging, bytes, bytes).submit();
      await gpu.read(staging, 2 * bytes, (buffer) => {
        const to = new Float32Array(memory.buffer, a.values + first * a.n * 4, rows * a.n);
        to.set(new Float32Array(buffer, 0, rows * a.n));
        for (let i = 0; i < to.length; i++) if (to[i] < LOWEST) to[i] = Number.NEGATIVE_INFINITY;
        new Int32Array(memory.buffer, a.ids + first * a.n * 4, rows * a.n).set(new Int32Array(buffer, bytes, rows * a.n));
      });
      exclude?.destroy();
    });
  }
};

interface Part {
  first: number;
  count: number;
  y: GPUBuffer;
  bias: GPUBuffer;
}

/** The columns in parts of at most `most`, with their biases. */
function writeColumns({ gpu, session }: Device, memory: WebAssembly.Memory, a: TopArgs, most: number): Part[] {
  const parts: Part[] = [];
  for (let first = 0; first < a.columns; first += most) {
    const count = Math.min(most, a.columns - first);
    const [y, bias] = [session.buffer(count * a.ld * 4), session.buffer(count * 4)];
    gpu.write(y, new Float32Array(memory.buffer, a.y + first * a.ld * 4, count * a.ld));
    const biases = new Float32Array(memory.buffer, a.bias + first * 4, count).slice();
    gpu.write(
      bias,
      biases.map((b) => Math.max(b, ABSENT)),
    );
    parts.push({ first, count, y, bias });
  }
  return parts;
}

/** Buffers and bind groups for so many rows; the lists so far and the next ones take turns in two pairs of buffers. */
function workspace({ gpu, session }: Device, a: TopArgs, parts: Part[], rows: number, most: number) {
  const bytes = rows * a.n * 4;
  const pair = () => [session.buffer(bytes), session.buffer(bytes)];
  const [x, scores] = [session.buffer(rows * a.ld * 4), session.buffer(rows * most * 4)];
  const [values, ids] = [pair(), pair()];
  const select = gpu.kernel('top_n', 'wwrrr', ['top']);
  const score = parts.map(({ count, y, bias }) => {
    const [kernel, workgroups] = gemmKernel(gpu, 'dense_forward', 'wrrr', rows, count);
    return { kernel, workgroups, group: kernel.bind(scores, x, y, bias) };
  });
  const selections = [0, 1].map((to) => select.bind(values[to], ids[to], scores, values[1 - to], ids[1 - to]));
  return { x, scores, staging: session.staging(2 * bytes), values, ids, select, score, selections };
}

/** The lists of columns that these rows leave out, which differ from shard to shard. */
function excluded({ gpu }: Device, memory: WebAssembly.Memory, a: TopArgs, first: number, rows: number) {
  const kernel = gpu.kernel('exclude_columns', 'wrr', ['top']);
  const offsets = new Int32Array(memory.buffer, a.offsets + first * 4, rows + 1).slice();
  const [from, to] = [offsets[0], offsets[rows]];
  const [list, starts] = [gpu.buffer((to - from) * 4), gpu.buffer(offsets.length * 4)];
  gpu.write(list, new Int32Array(memory.buffer, a.exclude + from * 4, to - from));
  gpu.write(
    starts,
    offsets.map((v) => v - from),
  );
  return {
    kernel,
    bind: (scores: GPUBuffer) => kernel.bind(scores, list, starts),
    destroy: () => {
      list.destroy();
      starts.destroy();
    },
  };
}

export const top: Twin<TopArgs, void> = {
  run,
  workOf: ({ rows, columns, ld }) => rows * columns * ld,
  sizes: [16384, 65536, 262144].map((columns) => 256 * columns * RANK),
  together: 'shards',
  workload(space, kernels, work) {
    const [rows, ld, n] = [256, RANK, 10];
    const columns = Math.ceil(work / rows / ld);
    const { at, region } = place(space, (layout) => ({
      x: layout.take(rows * ld * 4),
      y: layout.take(columns * ld * 4),
      bias: layout.take(columns * 4),
      values: layout.take(rows * n * 4),
      ids: layout.take(rows * n * 4),
      scratch: layout.take(topScratch(kernels, ld)),
    }));
    fill(floats(space, at.x, rows * ld));
    fill(floats(space, at.y, columns * ld));
    floats(space, at.bias, columns).fill(0);
    return { region, args: { ...at, rows, columns, ld, n, exclude: 0, offsets: 0 } };
  },
};
