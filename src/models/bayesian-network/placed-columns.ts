/** Coded columns, checked and put into linear memory for the programs that count them. */
import { errors } from '../../errors.js';
import { type CodedColumns, type Codes, missingCode } from '../../programs/bayesian-network/coded-columns.js';
import type { PlacedColumn } from '../../programs/bayesian-network/joint-counts.js';
import type { Layout } from '../../wasm/memory.js';

/** Puts the columns, as often as it is asked to: `place` measures first. */
export type PutColumns = (layout: Layout) => PlacedColumn[];

/**
 * @returns what puts the columns, with the number of a variable's states for what is missing
 * @throws CameoError 'argument' for columns that do not fit each other or codes without a state, 'data' for no rows
 */
export function checkColumns({ names, states, rows, codes }: CodedColumns): PutColumns {
  if (states.length !== names.length || codes.length !== names.length)
    throw errors.shape('Coded columns', `states and codes for ${names.length} names`, `${states.length} and ${codes.length}`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw errors.columnDuplicate(twice);
  if (rows === 0) throw errors.tableEmpty('The table of coded columns');
  const columns = codes.map((own, i) => {
    if (own.length !== rows) throw errors.shape(`Codes of column '${names[i]}'`, `${rows} rows`, `${own.length}`);
    return checkCodes(names[i], states[i].length, own);
  });
  return (layout) =>
    columns.map(({ bytes, states: many, missing, wide }) => ({ at: layout.put(bytes), wide, states: many, missing }));
}

function checkCodes(name: string, states: number, codes: Codes) {
  const none = missingCode(codes);
  if (states < 1 || states > none)
    throw errors.shape(`Column '${name}'`, `1 to ${none} states, as its codes can tell apart`, `${states}`);
  const own = codes.slice();
  let missing = false;
  for (let row = 0; row < own.length; row++) {
    const code = own[row];
    if (code < states) continue;
    if (code !== none)
      throw errors.shape(`Column '${name}', row ${row}`, `a code below ${states}, or ${none} for a missing value`, `${code}`);
    own[row] = states;
    missing = true;
  }
  const wide = own.BYTES_PER_ELEMENT === 2 ? (1 as const) : (0 as const);
  return { bytes: new Uint8Array(own.buffer, own.byteOffset, own.byteLength), states, missing, wide };
}

/** @throws CameoError 'column' where nothing can be learnt: a column with one value, or with none */
export function checkVaried({ names, codes }: CodedColumns): void {
  codes.forEach((own, i) => {
    const none = missingCode(own);
    const first = own.find((code) => code !== none);
    if (first === undefined) throw errors.columnEmpty(names[i]);
    if (own.every((code) => code === first || code === none)) throw errors.columnConstant(names[i]);
  });
}
