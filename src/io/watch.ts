/** A query of DuckDB that an abort interrupts and that tells how far it is. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { errors } from '../errors.js';

export interface Watch {
  signal?: AbortSignal;
  /** the share of the query that is done, several times a second once DuckDB knows it */
  onShare?: (share: number) => void;
}

const INTERVAL_MS = 100;

/** What `work` asks of the connection. @throws CameoError 'aborted'; what the work throws */
export async function watched<T>(connection: DuckDBConnection, { signal, onShare }: Watch, work: () => Promise<T>): Promise<T> {
  const interrupt = () => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  const timer = setInterval(() => {
    // Again and again: an interrupt ends the query that is on, not those that follow.
    if (signal?.aborted) return interrupt();
    const { percentage } = connection.progress;
    if (percentage > 0) onShare?.(percentage / 100);
  }, INTERVAL_MS);
  try {
    if (signal?.aborted) throw errors.aborted();
    return await work();
  } catch (error) {
    throw signal?.aborted ? errors.aborted(error) : error;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', interrupt);
  }
}
