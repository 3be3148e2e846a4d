/**
 * Arrow's C Data Interface, written into linear memory: https://arrow.apache.org/docs/format/CDataInterface.html
 *
 *     ArrowArray, 32-bit addresses: i64 length, null_count, offset, n_buffers, n_children;
 *                                   u32 buffers, children, dictionary, release, private
 *
 * `release` stays 0: whoever owns the memory frees it. Buffers are padded by Layout, and the offset is 0.
 */
import type { Layout } from '../wasm/memory.js';

export interface ArrowArray {
  length: number;
  nullCount?: number;
  /** addresses, validity first, 0 for none */
  buffers: number[];
  /** addresses of ArrowArray structures */
  children?: number[];
}

/** Writes an array into space of `layout`, after its children; returns its address. */
export function writeArrow(memory: WebAssembly.Memory, layout: Layout, array: ArrowArray): number {
  const { length, nullCount = 0, buffers, children = [] } = array;
  const at = layout.take(64);
  const pointers = layout.take((buffers.length + children.length) * 4);
  new Uint32Array(memory.buffer, pointers, buffers.length + children.length).set([...buffers, ...children]);
  new BigInt64Array(memory.buffer, at, 5).set([length, nullCount, 0, buffers.length, children.length].map(BigInt));
  new Uint32Array(memory.buffer, at + 40, 5).set([pointers, pointers + buffers.length * 4, 0, 0, 0]);
  return at;
}

/** Bytes that writeArrow takes for one array, at most. */
export const ARROW_BYTES = 256;
