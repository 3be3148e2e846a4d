/**
 * Columns of a table as variables with states: a category's states are its values; a number's are bins between its quantiles, or its values
 * where they are few.
 */
import { errors } from '../../errors.js';
import { isMissing, type Value } from '../../prepare/feature.js';
import { type Codes, missingCode, newCodes } from '../../programs/bayesian-network/coded-columns.js';
import { edgesOf } from '../../programs/trees/edges.js';
import type { Column, Table } from '../../table/table.js';
import type { Known } from './inference.js';

/** How the values of a column become states. */
export interface StateColumn {
  readonly name: string;
  readonly states: readonly string[];
  /** between the bins of a number: f32[states − 1], ascending */
  readonly edges?: Float32Array;
}

/** A row by the names of its variables: states, or numbers that are binned; what is absent, null or NaN is not known. */
export type Row = Readonly<Record<string, Value>>;
/** What is known of one user, of many, or of those of a table, which may have other columns besides. */
export type EvidenceRows = Row | readonly Row[] | Table;

/** @throws CameoError 'column' for a column without a value or with an infinite one */
export function stateColumn(column: Column, bins: number): StateColumn {
  const { name } = column;
  if (column.kind === 'category') {
    const seen = new Set(column.codes);
    const states = column.categories.filter((_, code) => seen.has(code));
    if (states.length === 0) throw errors.columnEmpty(name);
    return { name, states };
  }
  const { values } = column;
  const infinite = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (infinite >= 0) throw errors.columnInfinite(name, infinite);
  const distinct = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) distinct.add(Math.fround(value));
    if (distinct.size > bins) break;
  }
  if (distinct.size === 0) throw errors.columnEmpty(name);
  const edges = edgesOf((row) => values[row], values.length, bins);
  const few = distinct.size <= bins && distinct.size === edges.length + 1;
  return { name, states: few ? [...distinct].sort((a, b) => a - b).map(short) : ranges(edges), edges };
}

/** Six digits are enough for a name. */
const short = (value: number) => String(Number(value.toPrecision(6)));

function ranges(edges: Float32Array): string[] {
  if (edges.length === 0) return ['any'];
  const names = Array.from(edges, short);
  // Where six digits do not tell edges apart, their numbers do.
  const same = names.some((name, i) => i > 0 && name === names[i - 1]);
  const shown = same ? Array.from(edges, String) : names;
  return [`<=${shown[0]}`, ...shown.slice(1).map((name, i) => `${shown[i]}..${name}`), `>${shown.at(-1)}`];
}

/** The code of a number: how many edges are below it. */
function binOf(edges: Float32Array, value: number): number {
  const number = Math.fround(value);
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The code of a value; −1 for one that the column has no state for. */
function codeOf({ edges }: StateColumn, positions: ReadonlyMap<string, number>, value: Value): number {
  if (edges && typeof value === 'number') return Number.isFinite(value) ? binOf(edges, value) : -1;
  return positions.get(String(value)) ?? -1;
}

const positionsOf = ({ states }: StateColumn) => new Map(states.map((state, code) => [state, code]));

/** @throws CameoError 'column' for a state that the network does not know */
export function codesOf(column: Column, own: StateColumn): Codes {
  const rows = column.kind === 'number' ? column.values.length : column.codes.length;
  const codes = newCodes(own.states.length, rows);
  const missing = missingCode(codes);
  const positions = positionsOf(own);
  const known = column.kind === 'category' ? column.categories.map((state) => codeOf(own, positions, state)) : [];
  for (let r = 0; r < rows; r++) {
    const absent = column.kind === 'number' ? Number.isNaN(column.values[r]) : column.codes[r] < 0;
    const code = absent
      ? missing
      : column.kind === 'number'
        ? codeOf(own, positions, column.values[r])
        : known[column.codes[r]];
    if (code < 0) throw errors.stateUnknown(own.name, r, own.states.length);
    codes[r] = code;
  }
  return codes;
}

/** @throws CameoError 'column' for a name or a state that the network does not know */
export function knownOf(evidence: EvidenceRows, columns: readonly StateColumn[]): Known {
  if (isTable(evidence)) {
    const codes = columns.map((own) => {
      const column = evidence.columns.find(({ name }) => name === own.name);
      return column && codesOf(column, own);
    });
    return { rows: evidence.rows, codes };
  }
  const rows = Array.isArray(evidence) ? (evidence as readonly Row[]) : [evidence as Row];
  const positions = columns.map(positionsOf);
  const byName = new Map(columns.map(({ name }, i) => [name, i]));
  const codes: (Codes | undefined)[] = columns.map(() => undefined);
  rows.forEach((row, r) => {
    if (typeof row !== 'object' || row === null) throw errors.row(r, typeof row);
    for (const [name, value] of Object.entries(row)) {
      const i = byName.get(name);
      if (i === undefined)
        throw errors.columnUnknown(
          'Evidence',
          name,
          columns.map((own) => own.name),
        );
      if (isMissing(value)) continue;
      const code = codeOf(columns[i], positions[i], value);
      if (code < 0) throw errors.stateUnknown(name, r, columns[i].states.length);
      codes[i] ??= newCodes(columns[i].states.length, rows.length).fill(0xffff);
      (codes[i] as Codes)[r] = code;
    }
  });
  return { rows: rows.length, codes };
}

const isTable = (evidence: EvidenceRows): evidence is Table =>
  Array.isArray((evidence as Table).columns) && typeof (evidence as Table).rows === 'number';
