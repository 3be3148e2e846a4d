/** The work behind `profile` and `fit`: read a table, events or both; train or load; profile, write, and tell what came of it. */
import type { RecordBatch } from 'apache-arrow';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { readWhole } from '../io/bytes.js';
import { readEvents } from '../io/events.js';
import { PendingFile } from '../io/pending-file.js';
import { readTable } from '../io/read.js';
import type { Evaluation } from '../metrics/index.js';
import { Profiler } from '../profile/profiler.js';
import type { Progress } from '../progress.js';
import type { RecommenderEvaluation } from '../recommend/evaluate.js';
import { columnOf } from '../table/columns.js';
import type { Events } from '../table/events.js';
import type { Column, Table } from '../table/table.js';
import { checkFlags } from './checks.js';
import { eventLogOf } from './events.js';
import type { JobFlags } from './job-flags.js';
import { tellWritten } from './link.js';
import { readOptions, scoreOptions, startEngine } from './options.js';
import { type Report, reportOf } from './report.js';
import { Samples } from './samples.js';
import { Stages } from './stages.js';
import { readBatches, readTableWhole } from './standard-input.js';
import { type Threads, threadsFor } from './threads.js';

export interface Outcome {
  report: Report;
  profiler: Pick<Profiler, 'scores'>;
  samples: Samples[];
  /** whether the model was trained here, or loaded */
  trained: boolean;
}

/** What was read. */
export interface Input {
  engine: Engine;
  threads: Threads;
  /** a table, or tables that arrive */
  table?: Table | AsyncIterable<Table>;
  events?: Events;
  loaded?: Profiler;
}

/** What the steps of a job share. */
export interface Job {
  flags: JobFlags;
  signal: AbortSignal;
  stages: Stages;
  onProgress: (progress: Progress) => void;
}

/**
 * Runs the job. Everything that can be refused is refused before work starts; files appear only when all is done.
 * @param input a file, '-' for an Arrow IPC stream on standard input, or undefined where there are events alone
 * @param profiles whether to profile, or only to fit
 */
export async function runJob(
  input: string | undefined,
  flags: JobFlags,
  signal: AbortSignal,
  profiles: boolean,
): Promise<Outcome> {
  const { save, output } = flags;
  await checkFlags(input, flags);
  const stages = new Stages(Boolean(flags.quiet || flags.json));
  const job: Job = { flags, signal, stages, onProgress: (progress) => stages.show(progress) };
  await using modelFile = save === undefined ? undefined : await PendingFile.create(save);
  await using outputFile = output === undefined || output === '-' ? undefined : await PendingFile.create(output);
  try {
    stages.show({ stage: 'read', done: 0, total: 0 });
    const read = await readAll(input, job);
    await using engine = read.engine;
    // Loads while the workers train.
    const writing = profiles ? import('../io/write.js') : undefined;
    writing?.catch(() => {}); // it is awaited where it is used
    using profiler = await fitOrLoad(read, job);
    const evaluation = await evaluateEvents(engine, read, job);
    const done = profiles ? await profileAll(profiler, read, job, outputFile, writing) : { rows: rowsOf(read), samples: [] };
    const scores = await evaluations(profiler, read, job);
    stages.enter('write');
    await modelFile?.write(await profiler.save());
    if (signal.aborted) throw errors.aborted();
    await modelFile?.commit();
    await outputFile?.commit();
    if (modelFile || outputFile) tellWritten();
    stages.enter(undefined);
    const report = reportOf({
      profiler,
      events: read.events,
      table: read.table,
      rows: done.rows,
      evaluations: scores,
      recommendations: evaluation,
      timings: stages.timings(),
      capabilities: { ...engine.capabilities(), ...read.threads },
      model: save ?? flags.model ?? null,
      output: output ?? null,
      trained: read.loaded === undefined,
    });
    return { report, profiler: { scores: profiler.scores }, samples: done.samples, trained: read.loaded === undefined };
  } finally {
    stages.clear();
  }
}

const rowsOf = ({ table }: Input) => (table && 'rows' in table ? table.rows : 0);

/** Reads everything at once; threads start meanwhile. When one fails the others are stopped, and waited for. */
export async function readAll(input: string | undefined, { flags, ...job }: Job): Promise<Input> {
  const { model } = flags;
  // Beside a table --encoding is the table's.
  const own = input === undefined ? flags : { ...flags, encoding: undefined };
  const log = flags.events === undefined ? undefined : eventLogOf(own);
  const whole = model === undefined || Boolean(log || flags.attributes);
  const threads = await threadsFor(flags.threads, [input, flags.events]);
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  let failed: { reason: unknown } | undefined;
  const guarded = async <T>(work: Promise<T> | undefined): Promise<T | undefined> => {
    try {
      return await work;
    } catch (reason) {
      failed ??= { reason };
      stop.abort();
      return undefined;
    }
  };
  const progress = readProgress(job.onProgress);
  const [engine, bytes, table, events] = await Promise.all([
    guarded(startEngine({ ...flags, ...threads })),
    guarded(model === undefined ? undefined : readWhole(model, signal)),
    guarded<Input['table']>(
      input === '-'
        ? // Training needs the whole table; a model profiles batch by batch as they arrive.
          whole
          ? readTableWhole(job.signal)
          : readBatches(job.signal)
        : input === undefined
          ? undefined
          : readTable(input, { ...readOptions(flags, signal), onProgress: progress() }),
    ),
    guarded(log && readEvents(log, { signal, onProgress: progress() })),
  ]);
  try {
    if (failed) throw (failed as { reason: unknown }).reason;
    if (signal.aborted) throw errors.aborted();
    const started = engine as Engine;
    const asOf = asOfLoaded(flags, events);
    return {
      engine: started,
      threads,
      table,
      events,
      loaded: bytes && (await Profiler.load(bytes, { engine: started, asOf })),
    };
  } catch (error) {
    await engine?.close();
    throw error;
  }
}

/** Several files that are read side by side are told as one: their bytes are added up. Makes what each of them tells. */
function readProgress(onProgress: Job['onProgress']): () => Job['onProgress'] {
  const parts: Progress[] = [];
  return () => {
    const at = parts.push({ stage: 'read', done: 0, total: 0 }) - 1;
    return (progress) => {
      if (progress.unit !== 'bytes') return parts.length === 1 ? onProgress(progress) : undefined;
      parts[at] = progress;
      const sum = (of: 'done' | 'total') => parts.reduce((all, part) => all + part[of], 0);
      onProgress({ ...progress, done: sum('done'), total: sum('total') });
    };
  };
}

/** The moment that a loaded model's dates count back from. */
const asOfLoaded = ({ asOf }: JobFlags, events: Events | undefined) => (events?.asOfGiven ? events.asOf : asOf);

async function fitOrLoad({ engine, table, events, loaded }: Input, { flags, signal, onProgress }: Job): Promise<Profiler> {
  const { target, seed, halfLife, recommender, effort } = flags;
  if (loaded) {
    const strange = target?.find((name) => !loaded.scores.some(({ score }) => score.target.name === name));
    if (strange !== undefined) {
      const known = loaded.scores.map(({ score }) => `'${score.target.name}'`).join(' and ');
      throw errors.invalid(`--target is '${strange}' and the model predicts ${known || 'nothing'}. Leave --target out.`);
    }
    if (!events) return loaded;
    if (loaded.id === undefined) throw errors.invalid('This model was fitted without --id, by which a table and events meet.');
    // What these events say takes the place of what the model was fitted on.
    const { fitEvents } = await import('../profile/fit-events.js');
    const known = loaded.sections.find((section) => section.kind === 'recommendations') && loaded.recommender.model.family;
    const asked = { seed, halfLife, recommender: recommender ?? known, effort };
    const learnt = await fitEvents(engine, events, asked, { signal, onProgress });
    return new Profiler(engine, [...loaded.scores, ...learnt]);
  }
  // Events know the moment as their database understands it.
  const asOf = events ? undefined : flags.asOf;
  const options = table ? { target, ...scoreOptions(flags), asOf } : { seed };
  const asked = { halfLife, recommender, effort };
  return Profiler.fit(engine, { table: table as Table | undefined, events }, { ...options, ...asked, signal, onProgress });
}

async function evaluateEvents(
  engine: Engine,
  { events }: Input,
  { flags, signal, stages }: Job,
): Promise<RecommenderEvaluation | null> {
  if (!events || !flags.evaluate) return null;
  stages.show({ stage: 'evaluate', done: 0, total: 0 });
  const { evaluateRecommender } = await import('../recommend/evaluate.js');
  const { families } = await import('../recommend/index.js');
  const { seed, halfLife, split, negatives, recommendations: n } = flags;
  const { recommender = flags.effort === 'fast' ? 'ials' : 'auto' } = flags;
  const seeded = recommender === 'auto' || 'seed' in families[recommender].options.entries ? { seed } : {};
  return evaluateRecommender(engine, events, { recommender, ...seeded, halfLife, n, split, negatives, signal });
}

async function profileAll(
  profiler: Profiler,
  { table }: Input,
  { flags, signal, stages }: Job,
  outputFile: PendingFile | undefined,
  writing: Promise<typeof import('../io/write.js')> | undefined,
): Promise<{ rows: number; samples: Samples[] }> {
  stages.enter('profile');
  const attributes: Column[] = (flags.attributes ?? []).map((name) => columnOf(table as Table, 'Attribute', name));
  const options = { attributes, n: flags.recommendations, signal };
  const samples = profiler.scores.map(({ score }) => new Samples(score.target));
  const total = table && 'rows' in table ? table.rows : 0;
  let rows = 0;
  const batches = async function* (): AsyncGenerator<RecordBatch> {
    for await (const batch of profiler.profile(table, options)) {
      for (const sample of samples) sample.see(batch, rows);
      rows += batch.numRows;
      stages.enter('write');
      if (flags.output === '-') tellWritten();
      yield batch;
      stages.show({ stage: 'profile', done: rows, total });
    }
  };
  const { writeArrowStream, writeProfiles } = (await writing) as NonNullable<Awaited<typeof writing>>;
  if (flags.output === '-') await writeArrowStream(batches(), process.stdout, { signal });
  else if (outputFile) await writeProfiles(batches(), await profiler.schema(options), outputFile, { signal });
  else for await (const _ of batches());
  if (rows === 0) throw errors.tableEmpty('The input');
  return { rows, samples };
}

/** Of each target: what training found, or how a loaded model does on this table where it has the target. */
async function evaluations(
  profiler: Profiler,
  { table, loaded }: Input,
  { signal, stages }: Job,
): Promise<(Evaluation | null)[]> {
  if (!loaded) return profiler.scores.map(({ score }) => score.summary.evaluation);
  const found: (Evaluation | null)[] = [];
  for (const { score } of profiler.scores) {
    const { name } = score.target;
    const labelled = table && 'rows' in table && table.columns.some((column) => column.name === name);
    if (labelled) stages.enter('evaluate');
    found.push(labelled ? await profiler.evaluate(table, { target: name, signal }) : null);
  }
  return found;
}
