/**
 * Trees asked by many rows at once, without a branch on data. Rows are bins (bins.ts), a byte each and lane by lane:
 *
 *     tile u8[features, pitch]: the bin of each feature of each row, less 128, so that bytes compare as signed; missing is 127 for a number
 *                               and the code behind the last for a category
 *
 * The nodes of a tree stand below their children's (post-order). Each gives a byte a row, the number of the leaf that the row would reach
 * from there: of the right child where the row goes right, else of the left. So a node costs a few vector operations for 16 rows, whatever
 * way they take; the last is the root.
 *
 *     trees  i32[trees, 4]    first node · nodes · first leaf · output
 *     nodes  i32[nodes, 4]    byte of the feature's column in the tile · test · left slot · right slot
 *     test   number: t + m in the low byte, m in the next: right where bin + m > t + m, and m = 1 sends the missing 127 left, as −128
 *            category: −1 − (byte of its table | vectors − 1), tables u8[16 · vectors]: 255 at the codes that go right
 *     slots  v128[2] each: those of leaves 0 … 255 hold their numbers, one a node follows
 */
import { F32 } from '../simd';
import { bin_codes, bin_numbers } from './bins';

/** Rows that a pass takes, and bytes of a slot. */
const ROWS = 32;
const SLOT: usize = 32;
const LEAVES = 256;

/** slots: the numbers of the leaves. */
export function tree_slots(slots: usize): void {
  for (let leaf = 0; leaf < LEAVES; leaf++) {
    v128.store(slots, i8x16.splat(<i8>leaf));
    v128.store(slots, i8x16.splat(<i8>leaf), 16);
    slots += SLOT;
  }
}

/**
 * tile from x f32[rows, ld] (see above), with columns i32[features, 2]: first edge and number of edges of edges f32, or 0 and −1 − labels
 * of a category.
 */
export function tree_tile(
  tile: usize,
  x: usize,
  columns: usize,
  edges: usize,
  rows: i32,
  features: i32,
  ld: i32,
  pitch: i32,
): void {
  for (let f = 0; f < features; f++) {
    const first = <usize>load<i32>(columns);
    const n = load<i32>(columns, 4);
    if (n < 0) bin_codes(tile, x, 0, rows, ld, -1 - n, 128, 127 - n);
    else bin_numbers(tile, x, 0, edges + first * F32, rows, ld, n, 128, 127);
    columns += 8;
    x += F32;
    tile += <usize>pitch;
  }
}

/** All ones in the bytes of the rows whose code, from −128, the table has. */
export function inTable(bins: v128, table: usize, vectors: i32): v128 {
  let code = i8x16.add(bins, i8x16.splat(-128));
  let found = i8x16.splat(0);
  for (let i = 0; i < vectors; i++) {
    // A code outside 0 … 15 gives 0.
    found = v128.or(found, i8x16.swizzle(v128.load(table), code));
    code = i8x16.sub(code, i8x16.splat(16));
    table += 16;
  }
  return found;
}

/**
 * z f32[rows, ld] = init f64[outputs] + the values of the leaves that each row of the tile reaches, summed in float64 in the order of the
 * trees. values f32[leaves]; sums f64[outputs, 32]; the tile is readable to a multiple of 32 rows.
 */
export function tree_predict(
  z: usize,
  tile: usize,
  init: usize,
  trees: usize,
  nodes: usize,
  tables: usize,
  values: usize,
  slots: usize,
  sums: usize,
  rows: i32,
  count: i32,
  outputs: i32,
  ld: i32,
): void {
  const step = <usize>ld * F32;
  for (let first = 0; first < rows; first += ROWS) {
    const n = min(ROWS, rows - first);
    for (let k: usize = 0; k < <usize>outputs; k++) {
      for (let r: usize = 0; r < <usize>ROWS; r++) store<f64>(sums + ((k << 5) + r) * 8, load<f64>(init + k * 8));
    }
    for (let t: usize = 0; t < <usize>count; t++) {
      const tree = trees + (t << 4);
      let node = nodes + ((<usize>load<i32>(tree)) << 4);
      const end = node + ((<usize>load<i32>(tree, 4)) << 4);
      let slot = slots + <usize>LEAVES * SLOT;
      let leaf0 = load<v128>(slots);
      let leaf1 = leaf0;
      for (; node < end; node += 16) {
        const x = tile + <usize>load<i32>(node);
        const test = load<i32>(node, 4);
        let right0: v128;
        let right1: v128;
        if (test >= 0) {
          const t8 = i8x16.splat(<i8>test);
          const m8 = i8x16.splat(<i8>(test >> 8));
          right0 = i8x16.gt_s(i8x16.add(v128.load(x), m8), t8);
          right1 = i8x16.gt_s(i8x16.add(v128.load(x, 16), m8), t8);
        } else {
          const place = -1 - test;
          const table = tables + <usize>(place & ~15);
          right0 = inTable(v128.load(x), table, (place & 15) + 1);
          right1 = inTable(v128.load(x, 16), table, (place & 15) + 1);
        }
        const a = slots + <usize>load<i32>(node, 8);
        const b = slots + <usize>load<i32>(node, 12);
        leaf0 = v128.bitselect(v128.load(b), v128.load(a), right0);
        leaf1 = v128.bitselect(v128.load(b, 16), v128.load(a, 16), right1);
        v128.store(slot, leaf0);
        v128.store(slot, leaf1, 16);
        slot += SLOT;
      }
      // The slot behind the last node's takes the bytes of the leaves.
      v128.store(slot, leaf0);
      v128.store(slot, leaf1, 16);
      const own = values + ((<usize>load<i32>(tree, 8)) << 2);
      const sum = sums + ((<usize>load<i32>(tree, 12)) << 8);
      for (let r: usize = 0; r < <usize>n; r++) {
        const value = <f64>load<f32>(own + ((<usize>load<u8>(slot + r)) << 2));
        store<f64>(sum + (r << 3), load<f64>(sum + (r << 3)) + value);
      }
    }
    for (let r: usize = 0; r < <usize>n; r++) {
      for (let k: usize = 0; k < <usize>ld; k++) {
        store<f32>(z + k * F32, k < <usize>outputs ? <f32>load<f64>(sums + ((k << 5) + r) * 8) : 0);
      }
      z += step;
    }
    tile += ROWS;
  }
}
