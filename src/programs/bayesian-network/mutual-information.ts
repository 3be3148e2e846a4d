/**
 * Mutual information of a variable v with each before it, in nats, given the class c or given nothing:
 *
 *     I(u; v | c) = Σ P(u, v, c) log (P(u, v | c) / (P(u | c) P(v | c)))
 *
 * over the rows that lack none of them.
 */
import { log } from '../../math.js';
import type { Kernels } from '../../wasm/kernels.js';
import { type CountPlaces, JointCounts, type PlacedColumn } from './joint-counts.js';

export interface MutualInformationArgs extends CountPlaces {
  columns: readonly PlacedColumn[];
  rows: number;
  v: number;
  /** the class, or −1 */
  given: number;
}

/** @returns f64[v]: of each u below v; 0 for the class */
export function mutualInformation(kernels: Kernels, memory: WebAssembly.Memory, a: MutualInformationArgs): Float64Array {
  const { columns, v, given } = a;
  const joint = new JointCounts(columns, a.rows, kernels, memory, a);
  const members = given < 0 ? [v] : [given, v];
  const found = new Float64Array(v);
  if (v === given) return found;
  for (let u = 0; u < v; u++) {
    if (u === given) continue;
    const counts = joint.count(members, u);
    found[u] = information(counts, columns[u].states, given < 0 ? 1 : columns[given].states, columns[v].states);
  }
  return found;
}

const product = (n: number) => (n === 0 ? 0 : n * log(n));

/** Of counts [us + 1, classes · vs + 1]. */
function information(counts: Int32Array, us: number, classes: number, vs: number): number {
  const pitch = classes * vs + 1;
  let [sum, n] = [0, 0];
  for (let c = 0; c < classes; c++) {
    const ofV = new Float64Array(vs);
    let ofClass = 0;
    for (let u = 0; u < us; u++) {
      let ofU = 0;
      for (let v = 0; v < vs; v++) {
        const count = counts[u * pitch + c * vs + v];
        sum += product(count);
        ofU += count;
        ofV[v] += count;
      }
      sum -= product(ofU);
      ofClass += ofU;
    }
    for (const count of ofV) sum -= product(count);
    sum += product(ofClass);
    n += ofClass;
  }
  // What is 0 comes out a little below it too.
  return n === 0 ? 0 : Math.max(0, sum / n);
}
