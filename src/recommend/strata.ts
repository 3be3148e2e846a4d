/**
 * Cuts ratings into B × B blocks for factorization: users and items are dealt into B groups each at random (by seed), and
 * renumbered so that a group's rows lie together; the entries are sorted by block, within a block by chunks of 64 users, and
 * within a chunk they are in a random order.
 *
 * A group's rows are a multiple of 16, so that no two groups' biases share a cache line.
 */
import { shuffle } from '../random.js';

const STREAM = { users: 0x70000000, items: 0x70000001, entries: 0x70000002 };

/**
 * Blocks to a side in WebAssembly: more than workers, so that they find work; fixed, so that the result does not depend on them. A GPU
 * has a number of its own.
 */
export const BLOCKS = 8;

/** Users whose entries stand together within a block, so that their rows stay in the nearest cache meanwhile. */
const CHUNK = 64;

export interface Strata {
  /** row of p of each user, and of q of each item */
  userRow: Int32Array;
  itemRow: Int32Array;
  rowsP: number;
  rowsQ: number;
  /** entry numbers by block */
  order: Int32Array;
  /** blocks² + 1 offsets into order */
  starts: Int32Array;
}

function deal(n: number, blocks: number, seed: number, stream: number): { row: Int32Array; size: number } {
  const size = Math.ceil(n / blocks / 16) * 16;
  const order = shuffle(
    Int32Array.from({ length: n }, (_, i) => i),
    seed,
    stream,
  );
  const share = Math.ceil(n / blocks);
  const row = new Int32Array(n);
  for (let i = 0; i < n; i++) row[order[i]] = Math.floor(i / share) * size + (i % share);
  return { row, size };
}

/** The entries in the order of their users' chunks, and within a chunk as they were: a counting sort. */
function byChunk(entries: Int32Array, users: Int32Array, row: Int32Array, rows: number): Int32Array {
  const next = new Int32Array(Math.ceil(rows / CHUNK) + 1);
  for (const entry of entries) next[Math.floor(row[users[entry]] / CHUNK) + 1]++;
  for (let c = 1; c < next.length; c++) next[c] += next[c - 1];
  const order = new Int32Array(entries.length);
  for (const entry of entries) order[next[Math.floor(row[users[entry]] / CHUNK)]++] = entry;
  return order;
}

/** @param entries numbers of the entries to train on */
export function cutStrata(
  users: Int32Array,
  items: Int32Array,
  entries: Int32Array,
  nUsers: number,
  nItems: number,
  seed: number,
  blocks = BLOCKS,
): Strata {
  const [u, i] = [deal(nUsers, blocks, seed, STREAM.users), deal(nItems, blocks, seed, STREAM.items)];
  const mixed = byChunk(shuffle(entries.slice(), seed, STREAM.entries), users, u.row, u.size * blocks);
  const starts = new Int32Array(blocks * blocks + 1);
  const block = (entry: number) => Math.floor(u.row[users[entry]] / u.size) * blocks + Math.floor(i.row[items[entry]] / i.size);
  for (const entry of mixed) starts[block(entry) + 1]++;
  for (let b = 0; b < blocks * blocks; b++) starts[b + 1] += starts[b];
  const next = starts.slice();
  const order = new Int32Array(mixed.length);
  for (const entry of mixed) order[next[block(entry)]++] = entry;
  return { userRow: u.row, itemRow: i.row, rowsP: u.size * blocks, rowsQ: i.size * blocks, order, starts };
}
