/**
 * What an entry of the package puts behind the profiler. The class is the same everywhere; Node's entry brings fitting, Arrow and an engine
 * with workers, the browser's fitting, and the edge's no more than a way to start an engine from kernels that the caller has. What an
 * entry does not bring is not in its bundle.
 */
import type { RecordBatch, Schema } from 'apache-arrow';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { Evaluation } from '../metrics/index.js';
import type { Moment } from '../table/moment.js';
import type { Section } from '../table/section.js';
import type { Table } from '../table/table.js';
import type { Warning } from '../warnings.js';
import type { WasmSource } from '../wasm/source.js';
import type { Fitted } from './fitted.js';
import type { FitData, FitOptions, ProfileOptions } from './options.js';

/** Where a fitted model is to work. */
export interface LoadOptions {
  /** default: the process-wide engine; in cameo/edge there is none */
  engine?: Engine;
  /** the kernels, for an engine of its own without threads: `cameo/kernels/simd.wasm` or `relaxed.wasm` (cameo/edge) */
  wasm?: WasmSource;
  /** bytes that the memory of that engine may grow to; default 64 MiB */
  maximum?: number;
  /** the moment that dates count back from, such as '2025-12-31', instead of the one that the model was fitted with */
  asOf?: Moment;
  /** told of each thing that a caller should look at, such as a key of a row that the model does not know; `warnings` keeps them */
  onWarning?: (warning: Warning) => void;
}

export interface Entry {
  fit?: (engine: Engine, data: FitData, options: FitOptions) => Promise<Section[]>;
  /** whole tables (tables.ts) */
  schemaOf?: (fitted: Fitted, options: ProfileOptions) => Promise<Schema>;
  profile?: (
    fitted: Fitted,
    source: Table | AsyncIterable<Table> | undefined,
    options: ProfileOptions,
  ) => AsyncGenerator<RecordBatch>;
  evaluate?: (fitted: Fitted, table: Table, options: { target?: string; signal?: AbortSignal }) => Promise<Evaluation>;
  /** the process-wide engine */
  engine?: () => Promise<Engine>;
  /** an engine from kernels that the caller brings */
  engineOf?: (options: { wasm: WasmSource; maximum?: number }) => Promise<Engine>;
}

const entry: Entry = {};

/** Called by the entries, with what they have. */
export const provide = (parts: Entry): void => void Object.assign(entry, parts);

/** @throws CameoError 'runtime' where the entry does not bring it */
export function provided<N extends keyof Entry>(name: N, what: string): NonNullable<Entry[N]> {
  const part = entry[name];
  if (!part) throw errors.runtime(`This entry of cameo does not ${what}. Import 'cameo' in Node, Deno or Bun for that.`);
  return part;
}

/**
 * How to come by the engine that the options ask for: what is wrong with them is said before anything is done.
 * @throws CameoError 'argument'
 */
export function engineFor({ engine, wasm, maximum }: LoadOptions): () => Promise<Engine> | Engine {
  if (engine && wasm !== undefined) throw errors.invalid("Give 'engine' or 'wasm': the kernels are for an engine of its own.");
  if (maximum !== undefined && wasm === undefined)
    throw errors.invalid("Option 'maximum' goes with 'wasm': an engine that is there has its own.");
  if (engine) return () => engine;
  if (wasm !== undefined) {
    const start = provided('engineOf', 'start an engine from kernels');
    return () => start({ wasm, maximum });
  }
  if (!entry.engine) throw errors.invalid('Give the kernels, as { wasm }, or an engine, as { engine }.');
  return entry.engine;
}
