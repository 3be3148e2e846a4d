/**
 * A search over families, their options and columns, on the user's own data: what would be there without it is the first trial, so that what
 * it finds is never worse on the folds. Rows, or the last events, that no trial saw say beside each other what both are worth.
 *
 *     rows ─┬─ held out ───────────────────────────────▶ both, evaluated
 *           └─ trained on ─▶ folds ─▶ trials ─▶ the best ─▶ both, fitted
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { behaviourOf } from '../events/behaviour.js';
import { BEHAVIOUR_FEATURES, joinBehaviour } from '../events/features.js';
import { checked } from '../options.js';
import { throwIfAborted } from '../scheduler/scheduler.js';
import { eventsHash, jsonHash, tableHash } from '../score/tune/hash.js';
import { type Found, type SearchOptions, search } from '../score/tune/search.js';
import { tableSubject } from '../score/tune/table.js';
import type { Subject, Trial } from '../score/tune/trial.js';
import type { Events } from '../table/events.js';
import type { Table } from '../table/table.js';
import { kindOf } from '../wording.js';
import { checkData } from './fit.js';
import { ENGINE, type FitData, type FitOptions, isEngine } from './options.js';
import { Profiler } from './profiler.js';
import { eventsSubject } from './tune-events.js';
import { type CheckedTuneOptions, RANKING, type Tried, TUNE_OPTIONS, type Tuned, type TuneOptions } from './tune-options.js';

/** What is common to a search for a score and one for recommendations. */
interface Search {
  subject: Subject & { metric: string };
  /** what is searched, for the journal */
  head: Record<string, string | number>;
  leftOut(trial: Trial): string[];
  /** the highest rung in words, and the rows or events held out */
  says(rung: number): string;
  heldOut: string;
  fitOptions(trial: Trial): FitOptions;
  /** fits the best, and evaluates it and the default on what was held out; without `compare` the best alone */
  finish(
    best: Trial,
    standard: Trial,
    compare: boolean,
  ): Promise<{ profiler: Profiler; best: number | null; standard: number | null }>;
  dispose?(): void;
}

/**
 * Searches, and fits what was best.
 *
 * @param data a table; or `{ table, events }` as for Profiler.fit; or `{ events }`, for what to recommend
 * @throws CameoError 'argument' for options that are not known or out of range, and without a budget; 'data' for a journal of another search; as
 *   Profiler.fit
 */
export async function tune(engine: Engine, data: Table | FitData, given: TuneOptions): Promise<Tuned> {
  if (!isEngine(engine)) throw errors.shape('The first argument', ENGINE, kindOf(engine));
  const options = checked(TUNE_OPTIONS, given);
  const { trials, milliseconds, signal, stop, keep } = options;
  if (trials === undefined && milliseconds === undefined)
    throw errors.invalid("Give a budget: 'trials', how many are tried, or 'milliseconds', how long is searched.");
  if (typeof data !== 'object' || data === null) throw errors.shape('Data', 'a table, or { table, events }', kindOf(data));
  const { table, events } = 'columns' in data ? { table: data, events: undefined } : data;
  throwIfAborted(signal);
  const what = table ? ofTable(engine, table, events, options) : await ofEvents(engine, { table, events }, options);
  try {
    const started = performance.now();
    const found = await search(what.subject, searchOptions(engine, what, options));
    throwIfAborted(signal);
    const seconds = (performance.now() - started) / 1000;
    const [standard] = found.trials;
    const stopped = stop?.aborted === true;
    tell(options, what, found, 'fit');
    const fitted = stopped && !keep ? undefined : await what.finish(found.best, standard, !stopped);
    return { ...resultOf(what, found, fitted), seconds };
  } finally {
    what.dispose?.();
  }
}

function searchOptions(engine: Engine, what: Search, options: CheckedTuneOptions): SearchOptions {
  const { trials, milliseconds, journal, seed, signal, stop } = options;
  const signals = [signal, stop].filter((each) => each !== undefined);
  return {
    seed,
    trials,
    milliseconds,
    width: engine.scheduler.width,
    journal,
    head: { seed, metric: what.subject.metric, ...what.head, space: jsonHash([what.subject.space, what.subject.rungs]) },
    signal: signals.length > 1 ? AbortSignal.any(signals) : signals[0],
    onStep: (found) => tell(options, what, found, 'search'),
  };
}

function tell({ onProgress, trials }: CheckedTuneOptions, { subject }: Search, found: Found, stage: 'search' | 'fit'): void {
  const score = (trial: Trial) => trial.scores[found.rung] ?? null;
  const best = score(found.best);
  (onProgress as TuneOptions['onProgress'])?.({
    stage,
    trials: found.trials.length - 1,
    total: trials ?? 0,
    metric: subject.metric,
    best: best === null ? null : { family: found.best.config.family, score: best },
    standard: score(found.trials[0]),
  });
}

function resultOf(
  what: Search,
  { trials, best, rung, ended }: Found,
  fitted: Awaited<ReturnType<Search['finish']>> | undefined,
): Omit<Tuned, 'seconds'> {
  const tried = trials.map((trial): Tried => {
    const { number, config, scores, note } = trial;
    const { family, options } = config;
    return { trial: number, family, options, leftOut: what.leftOut(trial), scores, ...(note !== undefined && { note }) };
  });
  const compared =
    rung < 0 ? null : { on: what.says(rung), best: best.scores[rung] as number, standard: trials[0].scores[rung] as number };
  return {
    metric: what.subject.metric,
    lessIsBetter: what.subject.lessIsBetter,
    trials: tried,
    best: tried[best.number],
    standard: tried[0],
    compared,
    heldOut: { on: what.heldOut, best: fitted?.best ?? null, standard: fitted?.standard ?? null },
    ended,
    fitOptions: what.fitOptions(best),
    profiler: fitted?.profiler,
  };
}

function ofTable(engine: Engine, table: Table, events: Events | undefined, options: CheckedTuneOptions): Search {
  const { target, id, ignore, weight, classWeight, task, effort, seed, testSize, testRows, signal } = options;
  const asOf = options.asOf ?? (events?.asOfGiven ? events.asOf : undefined);
  const scoring = {
    target: target as string,
    id,
    ignore,
    weight,
    classWeight,
    task,
    effort,
    seed,
    testSize,
    testRows,
    asOf,
  } as const;
  checkData({ table, events }, scoring);
  let whole = table;
  if (events && id !== undefined) {
    const behaviour = behaviourOf(events);
    const joined = joinBehaviour(table, id, behaviour);
    if (joined.matched === 0) throw errors.noCommonUsers(id, table.rows, behaviour.users.length);
    whole = joined.table;
  }
  const subject = tableSubject(engine, whole, scoring, {
    families: options.families,
    metric: options.metric,
    folds: options.folds,
    behaviour: events ? BEHAVIOUR_FEATURES.map(([name]) => name) : [],
  });
  const fitOptions = ({ config }: Trial): FitOptions => ({
    ...scoring,
    ignore: [...ignore, ...subject.ignoredBy(config)],
    model: config.family,
    modelOptions: config.options,
  });
  const score = (profiler: Profiler) => (profiler.summary.evaluation as unknown as Record<string, number>)[subject.metric];
  const count = (n: number) => n.toLocaleString('en');
  return {
    subject,
    head: { table: tableHash(whole), settings: jsonHash([{ ...scoring, seed: undefined }, options.folds ?? null]) },
    leftOut: ({ config }) => subject.ignoredBy(config),
    says: (rung) => ofRung(subject, rung),
    heldOut: `${count(subject.held)} held-out rows that no trial saw`,
    fitOptions,
    async finish(best, standard, compare) {
      const profiler = await Profiler.fit(engine, { table, events }, { ...fitOptions(best), signal });
      if (best === standard) return { profiler, best: score(profiler), standard: score(profiler) };
      if (!compare) return { profiler, best: score(profiler), standard: null };
      using other = await Profiler.fit(engine, { table: whole }, { ...fitOptions(standard), importance: false, signal });
      return { profiler, best: score(profiler), standard: score(other) };
    },
    dispose: () => subject[Symbol.dispose](),
  };
}

/** What trials are compared on. */
function ofRung({ rungs, folds, rows }: ReturnType<typeof tableSubject>, rung: number): string {
  const many = rungs[rung].filter((piece) => piece < folds).length;
  const of = `${rows.toLocaleString('en')} training rows`;
  if (many === 0) return `a part of the ${of}, one fold held out`;
  return many === 1 ? `one fold of the ${of}` : `${many} folds of the ${of}`;
}

async function ofEvents(engine: Engine, data: FitData, options: CheckedTuneOptions): Promise<Search> {
  const { seed, halfLife, families, effort, signal, target, id, weight, classWeight, task, folds } = options;
  checkData(data, { target, id, weight, classWeight, task, folds });
  const events = data.events as Events;
  if (!events.item) throw errors.noItems();
  const { metric } = checked(RANKING, { metric: options.metric });
  const subject = await eventsSubject(engine, events, { seed, halfLife, metric, families, effort }, signal);
  const fitOptions = ({ config }: Trial): FitOptions => ({
    seed,
    halfLife,
    recommender: config.family,
    recommenderOptions: config.options,
  });
  return {
    subject: { ...subject, metric },
    head: { events: eventsHash(events), settings: jsonHash([halfLife ?? null]) },
    leftOut: () => [],
    says: (rung) => subject.rungsSay[rung],
    heldOut: `${subject.says} that no trial saw`,
    fitOptions,
    async finish(best, standard, compare) {
      const of = await subject.heldOut(best.config, signal);
      const other = best === standard ? of : compare ? await subject.heldOut(standard.config, signal) : null;
      return { profiler: await Profiler.fit(engine, { events }, { ...fitOptions(best), signal }), best: of, standard: other };
    },
  };
}
