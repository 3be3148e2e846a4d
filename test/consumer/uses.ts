/** What a program of somebody else's may write, and what the compiler must tell it not to; readme.test.ts compiles it as such. */
import { createEngine, evaluate, type LoadOptions, Profiler, type Row, type Summary, type Warning } from 'cameo';
import { createEngine as inPage, Profiler as Page, tableFromText } from 'cameo/browser';
import { Profiler as Edge, type Profile } from 'cameo/edge';
import wasm from 'cameo/kernels/simd.wasm';

/** The metrics are those of the task. */
export function metrics(profiler: Profiler): number {
  const { summary } = profiler;
  // @ts-expect-error a number has no ROC AUC
  void summary.evaluation.rocAuc;
  if (profiler.summary.task === 'binary') return profiler.summary.evaluation.rocAuc;
  if (summary.task === 'regression') {
    // @ts-expect-error of a number
    void summary.evaluation.accuracy;
    return summary.evaluation.r2;
  }
  return summary.evaluation.logLoss;
}
export const aucOf = (summary: Extract<Summary, { task: 'binary' }>): number => summary.evaluation.rocAuc;
export const accuracy: number = evaluate('multiclass', [0, 1], [0.9, 0.1, 0.2, 0.8], 2).accuracy;
export const rmse: number = evaluate('regression', [1], [2], 1).rmse;
export async function later(profiler: Profiler, table: Parameters<Profiler['evaluate']>[0]): Promise<number> {
  const evaluation = await profiler.evaluate(table);
  return 'rocAuc' in evaluation ? evaluation.rocAuc : evaluation.r2;
}

/** The same arguments wherever a model is loaded. */
export async function load(bytes: Uint8Array, buffer: ArrayBuffer): Promise<Profile[]> {
  const onWarning = ({ code, message, column, count }: Warning) => console.log(code, message, column ?? '', count ?? 0);
  const options: LoadOptions & { wasm: typeof wasm } = { wasm, maximum: 2 ** 26, onWarning };
  const loaded = [await Profiler.load(bytes, options), await Page.load(buffer, options), await Edge.load(buffer, options)];
  const engine = await createEngine({ threads: 0 });
  loaded.push(await Profiler.load(bytes, { engine }), await Page.load(bytes, { engine: await inPage() }));
  // @ts-expect-error bytes, not a path
  await Profiler.load('model.cameo', { engine });
  // @ts-expect-error an engine, not a promise of one
  await Profiler.load(bytes, { engine: createEngine() });
  // @ts-expect-error at the edge there are no kernels but those that are given
  await Edge.load(bytes);
  // @ts-expect-error the edge does not fit
  void Edge.fit;
  // @ts-expect-error nor does it profile tables
  void loaded[2].profile;
  const row: Row = { PageValues: 12.5, Month: 'Nov', Weekend: null };
  // @ts-expect-error a row is an object
  loaded[0].profileOne('PageValues');
  for (const profiler of loaded) for (const warning of profiler.warnings) onWarning(warning);
  void tableFromText(['a'], [['1']]);
  return loaded.flatMap((profiler) => [profiler.profileOne(row), ...profiler.profileBatch([row, {}])]);
}

/** Memory is given back at the end of a block. */
export async function disposed(bytes: Uint8Array): Promise<void> {
  await using engine = await createEngine();
  using profiler = await Profiler.load(bytes, { engine });
  profiler.dispose();
}
