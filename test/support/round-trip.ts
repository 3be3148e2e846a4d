/** What every family keeps on any table: fit, save, load, profile in batches and one by one, explain, the edge. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { Profiler as Edge } from '../../src/edge.js';
import { type Engine, type ExplanationEntry, Profiler } from '../../src/index.js';
import { makeTable, type RandomTable, rowOf } from './tables.js';

const wasm = readFileSync('dist/kernels/simd.wasm');
const ROWS = 17;

export interface RoundTrip {
  /** how far the reasons of a row may be from its log-odds, or its number, less the base; `size` is the largest part's, or 1 */
  within: Record<'binary' | 'regression', (size: number) => number>;
  /** log-odds beyond which a float32 near 0 or 1 no longer tells them; default: none */
  mostLogit?: number;
  /** whether the tables have a column of one value besides */
  constant?: boolean;
}

/** Saves, loads and asks a profiler that was fitted on `makeTable(shape)`, about rows of which the last have categories that training had not. */
export async function roundTrip(
  engine: Engine,
  fitted: Profiler,
  shape: RandomTable,
  { within, mostLogit, constant = false }: RoundTrip,
): Promise<void> {
  const bytes = await fitted.save();
  using loaded = await Profiler.load(bytes, { engine });
  assert.equal(await loaded.save(), bytes);
  assert.equal(loaded.summary.candidates, fitted.summary.candidates);
  using edge = await Edge.load(bytes, { wasm });
  const other = makeTable({ ...shape, rows: ROWS, seed: shape.seed + 1 }, 5);
  other.columns = other.columns.filter(({ name }) => name !== 'target');
  if (constant) other.columns.push({ name: 'same', kind: 'number', values: new Float64Array(ROWS).fill(Number.NaN) });
  const base = JSON.parse((await loaded.schema()).metadata.get('cameo.contribution.base') as string) as number[];
  let r = 0;
  for await (const batch of loaded.profile(other)) {
    for (const row of batch) {
      const one = edge.profileOne(rowOf(other, r++));
      const score = one.score_target as number;
      assert.ok(Number.isFinite(score));
      assert.is(score, row.score_target);
      assert.equal(loaded.profileOne(rowOf(other, r - 1)), one);
      const parts = (one.explanation_target as ExplanationEntry[]).map(({ contribution }) => contribution);
      const sum = parts.reduce((s, part) => s + part, 0);
      const size = Math.max(1, ...[score, base[0], ...parts].map(Math.abs)); // large parts of float32 may cancel
      const logit = Math.log(score / (1 - score));
      if (shape.task === 'binary' && (mostLogit === undefined || Math.abs(logit) < mostLogit))
        assert.ok(Math.abs(sum - (logit - base[0])) < within.binary(size), `${sum} ${logit - base[0]}`);
      if (shape.task === 'regression')
        assert.ok(Math.abs(sum - (score - base[0])) < within.regression(size), `${sum} ${score - base[0]}`);
    }
  }
  assert.is(r, ROWS);
}
