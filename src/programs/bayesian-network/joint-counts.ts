/**
 * Joint counts of placed columns by the kernels of assembly/bayesian-network.ts: how many rows have each combination of the variables'
 * states. Rows with a missing value among these variables are left out.
 */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';

/** A variable's codes in linear memory. */
export interface PlacedColumn {
  /** u8[rows], or u16[rows] where `wide` is 1; the code `states` for a missing value */
  at: number;
  wide: 0 | 1;
  states: number;
  /** whether a value is missing */
  missing: boolean;
}

/** Rows whose numbers are made at once, so that they stay in the first cache. A multiple of 4. */
export const BLOCK = 4096;
/** Counts of four tables that stay in the first cache; larger tables are counted by themselves. */
const LANES = 6144;
const NONE = 0xffffffff;

/** Of each worker: u32[BLOCK] numbers of rows and u32[cells] counts. */
export interface CountPlaces {
  index: number;
  table: number;
}

/** Room for tables of `cells` counts, those of missing values included. */
export function countPlaces(layout: Layout, cells: number): CountPlaces {
  return { index: layout.take(BLOCK * 4), table: layout.take(Math.max(cells, LANES + 16) * 4) };
}

/** Counts of a table [states of others …, states of the last], those of missing values included: what it takes in memory. */
export const cellsOf = (states: readonly number[], other = 0): number =>
  (states.reduce((a, b) => a * b, 1) + 1) * (other ? other + 1 : 1);

export class JointCounts {
  constructor(
    readonly columns: readonly PlacedColumn[],
    readonly rows: number,
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly places: CountPlaces,
  ) {}

  /** The combinations of the states of these variables. */
  combinations(members: readonly number[]): number {
    return members.reduce((product, m) => product * this.columns[m].states, 1);
  }

  /** out u32[rows]: of each row from `first` on the number of its states of these variables, the last one's fastest. */
  index(out: number, members: readonly number[], first: number, rows: number): void {
    const limit = this.combinations(members);
    for (let from = 0; from < rows; from += BLOCK) {
      members.forEach((m, i) => {
        const { at, wide, states } = this.columns[m];
        const codes = at + (first + from) * (1 + wide);
        const most = i === members.length - 1 ? limit : NONE;
        this.kernels.joint_index(out + from * 4, codes, wide, states, Math.min(BLOCK, rows - from), i === 0 ? 1 : 0, most);
      });
    }
  }

  /**
   * Counts of the variables `members`, the last one's state fastest: the first `combinations` of what is returned. With `other`, counts
   * [its states, combinations + 1], of which the last column is not to be looked at. The counts stand until the next call.
   * @param index u32[rows] of all rows, where it has been made
   */
  count(members: readonly number[], other = -1, index = 0): Int32Array {
    const pitch = this.combinations(members) + 1;
    const column = other < 0 ? undefined : this.columns[other];
    const cells = pitch * (column ? column.states + 1 : 1);
    const lane = 4 * cells <= LANES ? Math.ceil(cells / 4) * 4 : 0;
    const { table } = this.places;
    new Int32Array(this.memory.buffer, table, lane ? 4 * lane : cells).fill(0);
    const step = index ? this.rows : BLOCK;
    for (let first = 0; first < this.rows; first += step) {
      const rows = Math.min(step, this.rows - first);
      if (!index) this.index(this.places.index, members, first, rows);
      const { at, wide } = column ?? { at: 0, wide: 0 };
      const codes = column ? at + first * (1 + wide) : 0;
      this.kernels.joint_count(table, index || this.places.index, codes, wide, pitch, lane, rows);
    }
    if (lane) this.kernels.joint_fold(table, lane, lane);
    return new Int32Array(this.memory.buffer, table, cells);
  }
}
