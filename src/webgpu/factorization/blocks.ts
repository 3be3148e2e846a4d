/** Into how many blocks a factorization is cut for a device. */
import type { AdapterInfo } from '../adapter.js';

/**
 * Blocks to a side for an adapter: as many as keep a large device busy, while a block still has some dozens of entries and a group
 * some dozens of rows. A power of two from 8 to 1024, and a function of the sizes alone, so that the same data gives the same result.
 */
export function blocksFor({ limits, software }: AdapterInfo, entries: number, users: number, items: number): number {
  const most = software ? 16 : Math.min(1024, limits.maxComputeWorkgroupsPerDimension);
  const wanted = Math.min(most, Math.sqrt(entries / 32), Math.min(users, items) / 16);
  return Math.max(8, highestBit(Math.max(1, wanted)));
}

/** The largest power of two that is not above x, for 1 ≤ x < 2³¹. */
export const highestBit = (x: number) => 1 << (31 - Math.clz32(x));
