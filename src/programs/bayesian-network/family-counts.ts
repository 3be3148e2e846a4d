/** Joint counts of one variable and its parents, left in linear memory. */
import type { Kernels } from '../../wasm/kernels.js';
import { type CountPlaces, JointCounts, type PlacedColumn } from './joint-counts.js';

export interface FamilyCountsArgs extends CountPlaces {
  /** of the parents, and last of the variable */
  family: readonly PlacedColumn[];
  rows: number;
}

/** `table` then starts with i32[combinations of the parents' states, own states]. */
export function familyCounts(kernels: Kernels, memory: WebAssembly.Memory, a: FamilyCountsArgs): void {
  const joint = new JointCounts(a.family, a.rows, kernels, memory, a);
  joint.count(a.family.map((_, m) => m));
}
