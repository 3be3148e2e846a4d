/** Tables that come by standard input, as an Arrow IPC stream. */
import { errors } from '../errors.js';
import { openStandardInput } from '../io/bytes.js';
import { readArrow, readArrowTable } from '../io/read-arrow.js';
import type { Table } from '../table/table.js';

const NAME = 'standard input';

/** Tables as they arrive. */
export const readBatches = async (signal: AbortSignal): Promise<AsyncIterable<Table>> =>
  readArrow(openStandardInput(signal), NAME);

/** All of them as one. @throws CameoError 'data' where there is no row */
export async function readTableWhole(signal: AbortSignal): Promise<Table> {
  const table = await readArrowTable(openStandardInput(signal), NAME);
  if (!table || table.rows === 0) throw errors.tableEmpty('Standard input');
  return table;
}
