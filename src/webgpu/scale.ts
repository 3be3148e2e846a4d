/** Standardization of the columns of one shard, and its inverse. */
import type { ScaleArgs } from '../programs/scale.js';
import { piecesOf, writePiece } from './pieces.js';
import type { Twin } from './twin.js';
import { COLUMN_SIZES, floats, placeColumns } from './workload.js';

const run: Twin<ScaleArgs, void>['run'] = async (device, memory, { columns, out, parameters, rows, inverse }) => {
  const { gpu, session } = device;
  const kernel = gpu.kernel('standardize_column', 'wrr');
  for (const piece of piecesOf(gpu.largest, rows, columns.length, 64)) {
    const bytes = piece.rows * piece.columns * 4;
    const make = () => {
      const [x, result, p] = [session.buffer(bytes), session.buffer(bytes), session.buffer(piece.columns * 16)];
      return { x, result, p, group: kernel.bind(result, x, p), staging: session.staging(bytes) };
    };
    await session.borrow(`scale ${piece.rows} ${piece.columns}`, make, async ({ x, result, p, group, staging }) => {
      gpu.write(p, new Uint32Array(memory.buffer, parameters + piece.firstColumn * 16, piece.columns * 4));
      writePiece(device, memory, x, columns, piece);
      const work = gpu.record();
      const groups = Math.min(1024, Math.ceil(piece.rows / 256));
      work.dispatch(kernel, group, [groups, piece.columns], [piece.rows, piece.rows, Number(inverse)]);
      work.copy(result, 0, staging, 0, bytes).submit();
      await gpu.read(staging, bytes, (buffer) => {
        const values = new Uint32Array(buffer);
        for (let j = 0; j < piece.columns; j++) {
          const to = out[piece.firstColumn + j] + piece.first * 4;
          new Uint32Array(memory.buffer, to, piece.rows).set(values.subarray(j * piece.rows, (j + 1) * piece.rows));
        }
      });
    });
  }
};

export const scale: Twin<ScaleArgs, void> = {
  run,
  workOf: ({ rows, columns }) => rows * columns.length,
  sizes: COLUMN_SIZES,
  together: 'shards',
  workload(space, _, work) {
    const { rows, at, region } = placeColumns(space, work, (layout, columns, n) => ({
      out: Array.from({ length: columns }, () => layout.take(n * 4)),
      parameters: layout.take(columns * 16),
    }));
    at.columns.forEach((_, j) => floats(space, at.parameters + j * 16, 4).set([0, 0, 1, 0]));
    return { region, args: { ...at, rows, inverse: false } };
  },
};
