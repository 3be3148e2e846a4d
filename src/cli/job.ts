/** The work behind `profile` and `fit`: read, train or load, profile, write, and tell what came of it. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RecordBatch, Schema, Utf8, Vector } from 'apache-arrow';
import type { Capabilities } from '../engine/capabilities.js';
import { errors } from '../errors.js';
import { readEvents } from '../io/events.js';
import { formatOf, PendingFile } from '../io/pending-file.js';
import { concatenate, readArrow, readTable } from '../io/read.js';
import type { Evaluation, Task } from '../metrics/index.js';
import type { EventProfiles } from '../profile/event-profiles.js';
import { columnOf } from '../profile/features.js';
import type { CrossValidation } from '../profile/model.js';
import { joinModels } from '../profile/model-pair.js';
import { Profiler } from '../profile/profiler.js';
import type { Progress } from '../score/fit.js';
import type { Importance } from '../score/importance.js';
import type { Table } from '../table/table.js';
import { type EventFlags, type EventReport, eventLogOf, fitEvents } from './events.js';
import { type EngineFlags, type FitFlags, fitOptions, type OutputFlags, startEngine } from './options.js';
import { Samples } from './samples.js';
import { ProgressLine, type Stage } from './terminal.js';

export interface JobFlags extends EngineFlags, OutputFlags, FitFlags, Omit<Partial<EventFlags>, keyof EngineFlags | 'seed'> {
  model?: string;
  attributes?: string[];
  save?: string;
  output?: string;
}

const STAGES: readonly Stage[] = ['read', 'recommend', 'prepare', 'train', 'evaluate', 'cross-validate', 'profile', 'write'];

/** What --json prints. */
export interface Report {
  rows: number;
  features: number;
  target: string;
  task: Task;
  evaluation: Evaluation | null;
  crossValidation: CrossValidation | null;
  importances: Importance[];
  /** columns that were left out, and why */
  ignored: { name: string; reason: string }[];
  /** values per category column without a label of their own */
  unknownCategories: Record<string, number>;
  /** of the events beside the table, null without; `matched`: rows of the table that have events */
  events: (EventReport & { matched: number }) | null;
  /** seconds */
  timings: Record<Stage | 'total', number>;
  capabilities: Capabilities;
  /** where the model is, null when it was not saved */
  model: string | null;
  output: string | null;
}

export interface Outcome {
  report: Report;
  profiler: Pick<Profiler, 'summary' | 'target'>;
  samples: Samples;
  /** whether the model was trained here, or loaded */
  trained: boolean;
}

/** Measures how long each stage takes, and shows it. */
class Stages {
  readonly seconds = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  #stage: Stage | undefined;
  #since = performance.now();

  constructor(private readonly line: ProgressLine) {}

  enter(stage: Stage | undefined): void {
    const now = performance.now();
    if (this.#stage) this.seconds[this.#stage] += (now - this.#since) / 1000;
    this.#stage = stage;
    this.#since = now;
  }
  show(progress: Omit<Progress, 'stage'> & { stage: Stage }): void {
    if (progress.stage !== this.#stage) this.enter(progress.stage);
    this.line.show(progress);
  }
}

/**
 * Runs the job. Everything that can be refused is refused before work starts; files appear only when all is done.
 * @param input a file, or '-' for an Arrow IPC stream on standard input
 */
export async function runJob(input: string, flags: JobFlags, signal: AbortSignal, profiles: boolean): Promise<Outcome> {
  const { model, save, output } = flags;
  if (!model && flags.target === undefined)
    throw errors.invalid('Give --target COLUMN to train on, or --model FILE to profile with.');
  if (model && save)
    throw errors.invalid('--save keeps a model that is trained; with --model there is none. Leave one of them out.');
  if (output === '-' && flags.json)
    throw errors.invalid('--json and -o - both write to standard output. Leave one of them out.');
  if (output !== undefined && output !== '-') formatOf(output);
  const log = flags.events === undefined ? undefined : eventLogOf(flags as EventFlags);
  if (log && !model && flags.id === undefined)
    throw errors.invalid(
      'A table and --events meet by the user: give --id COLUMN, the column of the table that names the user.',
    );
  // Otherwise what a user did after the target was decided would tell what it was.
  if (log && !model && log.asOf === undefined)
    throw errors.invalid(
      'Training on events needs --as-of TIME: the moment of prediction, from which on no event is looked at.',
    );
  const places = [input, model, save, output].filter((path): path is string => path !== undefined && path !== '-');
  const twice = places.map((path) => resolve(path)).find((path, i, all) => all.indexOf(path) !== i);
  if (twice !== undefined) throw errors.invalid(`'${twice}' is named twice: input, model and output must be different files.`);
  if (input !== '-') await stat(input).catch((cause) => Promise.reject(errors.fileRead(input, cause)));

  const line = new ProgressLine(Boolean(flags.quiet || flags.json));
  const stages = new Stages(line);
  const onProgress = (progress: Progress) => stages.show(progress);
  const started = performance.now();
  await using modelFile = save === undefined ? undefined : await PendingFile.create(save);
  await using outputFile = output === undefined || output === '-' ? undefined : await PendingFile.create(output);
  stages.show({ stage: 'read', done: 0, total: 0 });
  try {
    // Threads start while the file is read.
    const [engine, bytes, read] = await together(
      startEngine(flags),
      model === undefined ? undefined : readFile(model).catch((cause) => Promise.reject(errors.fileRead(model, cause))),
      input === '-' ? readStandardInput(model === undefined || Boolean(log || flags.attributes)) : readTable(input),
    );
    await using _ = engine;
    if (signal.aborted) throw errors.aborted();
    let table = read;
    const attributes = flags.attributes?.map((name) => columnOf(table as Table, 'Attribute', name));
    const loaded = bytes && (await Profiler.load(bytes, { engine }));
    let half: { profiles: EventProfiles; report: EventReport & { matched: number } } | undefined;
    if (log) {
      const id = loaded ? loaded.id : flags.id;
      if (id === undefined) throw errors.invalid('This model was fitted without --id, by which a table and events meet.');
      await using events = await readEvents(log, { signal });
      stages.enter('recommend');
      const fitted = await fitEvents(engine, events, flags as EventFlags, stages, signal);
      const joined = fitted.profiles.join(table as Table, id);
      table = joined.table;
      half = { profiles: fitted.profiles, report: { ...fitted.report, matched: joined.matched } };
    }
    stages.enter('prepare');
    // Loads while the workers train.
    const writing = profiles ? import('../io/write.js') : undefined;
    using profiler =
      loaded ??
      (await Profiler.fit(engine, table as Table, {
        ...fitOptions(flags as FitFlags & { target: string }),
        signal,
        onProgress,
      }));
    if (flags.target !== undefined && profiler.target.name !== flags.target) {
      throw errors.invalid(
        `--target is '${flags.target}' and the model predicts '${profiler.target.name}'. Leave --target out.`,
      );
    }
    const samples = new Samples(profiler.target);
    let evaluation: Evaluation | null = bytes === undefined ? profiler.summary.evaluation : null;
    let rows = 0;
    if (profiles) {
      stages.enter('profile');
      const beside = half && (await besideEvents(half.profiles, flags as EventFlags, signal));
      const own = await profiler.schema({ attributes });
      const schema = beside?.schema(own) ?? own;
      const { writeArrowStream, writeProfiles } = (await writing) as NonNullable<Awaited<typeof writing>>;
      const batches = async function* (): AsyncGenerator<RecordBatch> {
        for await (const batch of profiler.profile(table, { signal, attributes })) {
          samples.see(batch, rows);
          rows += batch.numRows;
          const whole = (await beside?.join(batch, schema)) ?? batch;
          stages.enter('write');
          yield whole;
          stages.show({ stage: 'profile', done: rows, total: 'rows' in table ? table.rows : 0 });
        }
      };
      if (output === '-') await writeArrowStream(batches(), process.stdout);
      else if (outputFile) await writeProfiles(batches(), schema, outputFile);
      else for await (const _ of batches());
      if (rows === 0) throw errors.tableEmpty('The input');
      const labelled = 'rows' in table && table.columns.some(({ name }) => name === profiler.target.name);
      if (evaluation === null && labelled && 'rows' in table) {
        stages.enter('evaluate');
        evaluation = await profiler.evaluate(table, { signal });
      }
    } else if ('rows' in table) {
      rows = table.rows;
    }
    stages.enter('write');
    if (modelFile) {
      const saved = await profiler.save();
      await modelFile.write(half ? await joinModels(saved, await half.profiles.recommender.save()) : saved);
    }
    if (signal.aborted) throw errors.aborted();
    await modelFile?.commit();
    await outputFile?.commit();
    stages.enter(undefined);
    const { importances, crossValidation, ignored } = profiler.summary;
    const report: Report = {
      rows,
      features: profiler.features.length,
      target: profiler.target.name,
      task: profiler.target.task,
      evaluation,
      crossValidation,
      importances,
      ignored,
      unknownCategories: profiler.unknownCategories,
      events: half?.report ?? null,
      timings: { ...stages.seconds, total: (performance.now() - started) / 1000 },
      capabilities: engine.capabilities(),
      model: save ?? model ?? null,
      output: output ?? null,
    };
    return { report, profiler: { summary: profiler.summary, target: profiler.target }, samples, trained: bytes === undefined };
  } finally {
    line.clear();
  }
}

/** Puts what comes from events beside batches of profiles. */
async function besideEvents(profiles: EventProfiles, flags: EventFlags, signal: AbortSignal) {
  const { eventBatch, eventSchema, sideBySide, sideBySideSchema } = await import('../table/event-batches.js');
  const events = eventSchema(profiles.recommender.rank);
  return {
    schema: (own: Schema) => sideBySideSchema(own, events),
    async join(batch: RecordBatch, schema: Schema): Promise<RecordBatch> {
      const users = Array.from(batch.getChild('user_id') as Vector<Utf8>);
      return sideBySide(schema, batch, eventBatch(await profiles.rows(users, { n: flags.recommendations, signal }), events));
    },
  };
}

/** Waits for all, so that nothing is left running when one fails; the engine is closed then. */
async function together<E extends AsyncDisposable, A, B>(engine: Promise<E>, a: A, b: B): Promise<[E, Awaited<A>, Awaited<B>]> {
  const [first, ...rest] = await Promise.allSettled([engine, a, b]);
  const failed = [first, ...rest].find((result) => result.status === 'rejected');
  if (failed) {
    if (first.status === 'fulfilled') await first.value[Symbol.asyncDispose]();
    throw failed.reason;
  }
  return [first, ...rest].map((result) => (result as PromiseFulfilledResult<unknown>).value) as [E, Awaited<A>, Awaited<B>];
}

/** Training needs the whole table; a model profiles batch by batch as they arrive. */
async function readStandardInput(whole: boolean): Promise<Table | AsyncIterable<Table>> {
  const tables = readArrow(process.stdin, 'standard input');
  if (!whole) return tables;
  const table = await concatenate(tables);
  if (!table || table.rows === 0) throw errors.tableEmpty('Standard input');
  return table;
}
