/** The work behind `cameo tune`: read, search, fit, tell. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errors } from '../errors.js';
import { PendingFile } from '../io/pending-file.js';
import { METRIC_NAMES } from '../metrics/index.js';
import { tune } from '../profile/tune.js';
import type { Tuned, TuneProgress } from '../profile/tune-options.js';
import { type Input, readAll } from './job.js';
import { JournalFile } from './journal-file.js';
import { tellClear, tellKeeps, tellProgress, tellWritten } from './link.js';
import { Stages } from './stages.js';
import { print } from './terminal.js';
import { millisecondsOf, type TuneFlags } from './tune-flags.js';
import { tuneSummary } from './tune-summary.js';

/** Searches until the budget is spent or Ctrl-C, prints what was found, and keeps the best where that is asked for. */
export async function runTune(input: string | undefined, flags: TuneFlags, signal: AbortSignal): Promise<void> {
  const milliseconds = millisecondsOf(flags);
  await check(input, flags, milliseconds);
  const quiet = Boolean(flags.quiet || flags.json);
  const stages = new Stages(quiet);
  const journal = flags.journal === undefined ? undefined : await JournalFile.open(flags.journal);
  await using modelFile = flags.save === undefined ? undefined : await PendingFile.create(flags.save);
  let tuned: Tuned;
  try {
    stages.show({ stage: 'read', done: 0, total: 0 });
    const job = { ...flags, recommendations: 10, split: 'last', negatives: 0, preset: 'default', importance: true } as const;
    const read = await readAll(input, { flags: job, signal, stages, onProgress: (progress) => stages.show(progress) });
    await using _ = read.engine;
    tellKeeps();
    tuned = await tune(read.engine, dataOf(read), {
      ...optionsOf(flags, read),
      milliseconds,
      journal,
      keep: flags.save !== undefined,
      stop: signal,
      onProgress: quiet ? undefined : showProgress,
    });
    using profiler = tuned.profiler;
    if (modelFile && profiler) {
      await modelFile.write(await profiler.save());
      await modelFile.commit();
      tellWritten();
    }
  } finally {
    if (!quiet) tellClear();
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(reportOf(tuned, flags))}\n`);
  else if (!flags.quiet) print(tuneSummary(tuned, flags));
  if (signal.aborted) throw errors.aborted();
}

/** What can be refused before any work starts. */
async function check(input: string | undefined, flags: TuneFlags, milliseconds: number | undefined): Promise<void> {
  const { target, events, journal, save, trials } = flags;
  if (input === undefined && events === undefined) throw errors.invalid('Give a table of users, or --events FILE.');
  if (input !== undefined && target === undefined) throw errors.invalid('Give --target COLUMN: what the model shall predict.');
  if (target && target.length > 1) throw errors.invalid('A search is for one target: give --target one column.');
  if (input !== undefined && events !== undefined && flags.id === undefined)
    throw errors.invalid(
      'A table and --events meet by the user: give --id COLUMN, the column of the table that names the user.',
    );
  if (trials === undefined && milliseconds === undefined)
    throw errors.invalid(
      `Give a budget: --trials N, how many are tried, or ${events === undefined ? '--time 60s' : '--budget 60s'}, how long is searched.`,
    );
  const places = [input, save, journal].filter((path): path is string => path !== undefined && path !== '-');
  const twice = places.map((path) => resolve(path)).find((path, i, all) => all.indexOf(path) !== i);
  if (twice !== undefined) throw errors.invalid(`'${twice}' is named twice: input, model and journal must be different files.`);
  if (input !== undefined && input !== '-') await stat(input).catch((cause) => Promise.reject(errors.fileRead(input, cause)));
}

function dataOf({ table, events }: Input) {
  if (table && !('rows' in table)) throw errors.invalid('A search needs the whole table.');
  return { table, events };
}

const optionsOf = (flags: TuneFlags, { events }: Input) => ({
  target: flags.target?.[0],
  id: flags.id,
  ignore: flags.ignore ?? [],
  weight: flags.sampleWeight,
  classWeight: flags.classWeight,
  task: flags.task,
  effort: flags.effort,
  seed: flags.seed,
  testSize: flags.testSize,
  // Events know the moment as their database understands it.
  asOf: events ? undefined : flags.asOf,
  trials: flags.trials,
  metric: flags.metric,
  families: flags.families,
  folds: flags.folds,
  halfLife: flags.halfLife,
});

function showProgress({ stage, trials, total, metric, best, standard }: TuneProgress): void {
  const name = METRIC_NAMES[metric] ?? metric;
  const found = best ? `best ${name} ${best.score.toFixed(4)} by ${best.family}, default ${(standard ?? 0).toFixed(4)}` : '';
  if (stage === 'search') tellProgress({ stage: 'tune', done: Math.max(1, trials), total, note: found });
  else tellProgress({ stage: 'train', done: 0, total: 0, note: found });
}

function reportOf({ profiler: _, ...tuned }: Tuned, { save, journal }: TuneFlags) {
  return { ...tuned, model: _ && save !== undefined ? save : null, journal: journal ?? null };
}
