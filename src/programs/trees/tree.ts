/** A tree as it was grown, and what a split of a leaf is; plain data. */

/** Words of 32 bits in a set of categories. */
export const SET_WORDS = 8;

/**
 * Inner nodes and leaves, each numbered from 0. A child is the number of an inner node, which is above its parent's, or −1 − the number of
 * a leaf. A tree without inner nodes is one leaf.
 */
export interface Tree {
  /** the raw output that the leaves add to */
  output: number;
  feature: number[];
  /** a number goes left when its bin is at most this; −1 for a category */
  bin: number[];
  missingLeft: boolean[];
  /** u32[8] of a category: the codes that go left, by their bits; the bit behind the last code is that of missing ones */
  sets: (number[] | undefined)[];
  left: number[];
  right: number[];
  /** of each leaf: what it adds, a float32, and its training rows */
  value: number[];
  count: number[];
}

/** Bytes of a split as assembly/trees/split.ts writes it. */
export const SPLIT_BYTES = 128;

/** The best split of a leaf. */
export interface Split {
  gain: number;
  feature: number;
  bin: number;
  missingLeft: boolean;
  set: number[] | undefined;
  /** pairs of the children as they stand (assembly/trees/gradients.ts), left and right */
  sums: BigInt64Array;
  /** rows and sums of derivatives of the children */
  left: { rows: number; g: number; h: number };
  right: { rows: number; g: number; h: number };
}

/** The split written at an address; undefined where none gained anything. */
export function splitAt({ buffer }: WebAssembly.Memory, at: number): Split | undefined {
  const [gain] = new Float64Array(buffer, at, 1);
  if (!(gain > 0)) return undefined;
  const [feature, bin, missing, leftRows, rightRows] = new Int32Array(buffer, at + 8, 5);
  const [gl, hl, gr, hr] = new Float64Array(buffer, at + 64, 4);
  return {
    gain,
    feature,
    bin,
    missingLeft: missing === 1,
    sums: new BigInt64Array(buffer, at + 32, 4).slice(),
    set: bin < 0 ? [...new Uint32Array(buffer, at + 96, SET_WORDS)] : undefined,
    left: { rows: leftRows, g: gl, h: hl },
    right: { rows: rightRows, g: gr, h: hr },
  };
}

/** left u8[256] = 1 for the bins that go left. */
export function fillTable(left: Uint8Array, { bin, missingLeft, set }: Split, missing: number): void {
  left.fill(0);
  if (set) for (let b = 0; b < left.length; b++) left[b] = (set[b >> 5] >>> (b & 31)) & 1;
  else {
    left.fill(1, 0, bin + 1);
    left[missing] = Number(missingLeft);
  }
}
