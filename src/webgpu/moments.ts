/** Moments of the columns of one shard: float32 by blocks on the device, the blocks merged in float64 in order. */
import type { MomentsArgs } from '../programs/moments.js';
import { piecesOf, writePiece } from './pieces.js';
import type { Twin } from './twin.js';
import { COLUMN_SIZES, placeColumns } from './workload.js';

const BLOCK = 2048;

const run: Twin<MomentsArgs, void>['run'] = async (device, memory, { columns, rows, out }) => {
  const { gpu, session, kernels } = device;
  const kernel = gpu.kernel('moments', 'wr', ['sum']);
  const states = columns.map((_, j) => out + j * 64);
  for (const state of states) new Float64Array(memory.buffer, state, 3).fill(0);
  for (const piece of piecesOf(gpu.largest, rows, columns.length, BLOCK)) {
    const blocks = Math.ceil(piece.rows / BLOCK);
    const bytes = piece.columns * blocks * 32;
    const make = () => {
      const [x, result] = [session.buffer(piece.rows * piece.columns * 4), session.buffer(bytes)];
      return { x, result, group: kernel.bind(result, x), staging: session.staging(bytes) };
    };
    await session.borrow(`moments ${piece.rows} ${piece.columns}`, make, async ({ x, result, group, staging }) => {
      writePiece(device, memory, x, columns, piece);
      const work = gpu.record();
      work.dispatch(kernel, group, [blocks, piece.columns], [piece.rows, piece.rows, blocks]);
      work.copy(result, 0, staging, 0, bytes).submit();
      await gpu.read(staging, bytes, (buffer) => {
        const [u32, f32] = [new Uint32Array(buffer), new Float32Array(buffer)];
        for (let j = 0; j < piece.columns; j++) {
          for (let b = 0; b < blocks; b++) {
            const at = (j * blocks + b) * 8;
            const mean = u32[at + 1] > 0 ? Number.NaN : f32[at + 2] + f32[at + 3];
            kernels.moments_merge(states[piece.firstColumn + j], u32[at], mean, f32[at + 4]);
          }
        }
      });
    });
  }
};

export const moments: Twin<MomentsArgs, void> = {
  run,
  workOf: ({ rows, columns }) => rows * columns.length,
  sizes: COLUMN_SIZES,
  together: 'shards',
  workload(space, _, work) {
    const { rows, at, region } = placeColumns(space, work, (layout, columns) => ({ out: layout.take(columns * 64) }));
    return { region, args: { ...at, rows } };
  },
};
