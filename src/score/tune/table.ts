/**
 * What is searched for a score: families, their options, and which columns are left out, compared by cross-validation on the rows that fitting
 * trains on. The rows that fitting holds out are looked at by nobody here.
 */
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { CHOOSABLE, LESS_IS_BETTER, type Task } from '../../metrics/index.js';
import { ONE_FOLD_ROWS } from '../../models/folds.js';
import { families } from '../../models/index.js';
import { decideColumns } from '../../prepare/fit-features.js';
import type { Split } from '../../prepare/split.js';
import { labelsOf } from '../../table/statistics.js';
import type { Table } from '../../table/table.js';
import { associationOf } from '../associate.js';
import { jobOf, labelledRows } from '../fit.js';
import { examine, type Job, learnFrom, prepare, type Question } from '../learn.js';
import { checkScoreOptions, type ScoreOptions } from '../options.js';
import { folds as foldsOf, holdOut } from '../split.js';
import { PreparedRows } from './prepared.js';
import { type Config, type Dimension, dimensionsOf, type Space } from './space.js';
import type { Subject } from './trial.js';

/** Rows above which a rung has a third of them only. */
const MANY_ROWS = 10_000;
/** Shares of the columns that are left out, those that go least together with the target first. */
const LEFT_OUT = [0, 0.1, 0.25, 0.5];
/** Of the memory: encoded rows that are kept. */
const KEPT_SHARE = 0.25;

/** Columns that are left out in numbers, and whether there is what users did. */
const [LEAVE, BEHAVIOUR] = ['columnsLeftOut', 'behaviour'] as const;

export interface TableSearch {
  /** names; default: all that can learn the target */
  families?: readonly string[];
  metric?: string;
  folds?: number;
  /** columns that were joined from events */
  behaviour: readonly string[];
}

export interface TableSubject extends Subject, Disposable {
  readonly metric: string;
  readonly task: Task;
  /** rows that trials see */
  readonly rows: number;
  /** rows that none sees */
  readonly held: number;
  readonly folds: number;
  /** Columns that a trial leaves out. */
  ignoredBy(config: Config): string[];
}

type Asked = Omit<ScoreOptions, 'model' | 'modelOptions' | 'target'> & { target: string };

/** @throws CameoError 'argument' for a metric or a family that is not known; as fitting */
export function tableSubject(engine: Engine, table: Table, asked: Asked, given: TableSearch): TableSubject {
  const options = checkScoreOptions(asked);
  const { job, questions } = jobOf(engine, table, options, {});
  const [{ target }] = questions;
  const metric = metricOf(target.task, given.metric);
  const { train: pool, test } = holdOut(questions, labelledRows(questions[0]), options);
  const ranked = rankedColumns(job, questions[0], pool, given.behaviour);
  const space: Space = {
    families: Object.fromEntries(
      able(target.task, asked, given.families).map((family) => [family.name, dimensionsOf(family.options)]),
    ),
    shared: sharedDimensions(ranked.length, given.behaviour),
  };
  const { pieces, rungs, folds } = piecesOf(questions, pool, given.folds, options.seed);
  const kept = new PreparedRows(KEPT_SHARE * engine.memoryStats().maximum);
  const ignoredBy = ({ shared }: Config) => [
    ...ranked.slice(0, (shared[LEAVE] as number | undefined) ?? 0),
    ...(shared[BEHAVIOUR] === false ? given.behaviour : []),
  ];
  return {
    space,
    standard: {
      family: options.family.name,
      options: {},
      shared: Object.fromEntries(space.shared.map(({ name, standard }) => [name, standard])),
    },
    rungs,
    lessIsBetter: LESS_IS_BETTER.has(metric),
    metric,
    task: target.task,
    rows: pool.length,
    held: test.length,
    folds,
    ignoredBy,
    async measure(config, piece, signal) {
      const ignored = ignoredBy(config);
      const own = checkScoreOptions({ ...asked, model: config.family, modelOptions: config.options });
      const without = new Set([...job.without, ...ignored]);
      const trial: Job = { ...job, options: own, without, run: { signal } };
      const { train, test } = pieces[piece];
      const key = JSON.stringify([piece, own.family.encodings, ignored]);
      return kept.use(
        key,
        () => prepare(trial, questions, train),
        async (prepared) => {
          const [{ evaluation }] = await examine(trial, await learnFrom(trial, questions, prepared), questions, test);
          return (evaluation as unknown as Record<string, number>)[metric];
        },
      );
    },
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}

function metricOf(task: Task, asked: string | undefined): string {
  const known = CHOOSABLE[task];
  if (asked === undefined) return known[0];
  if (known.includes(asked)) return asked;
  throw errors.option('metric', `one of ${known.map((name) => `'${name}'`).join(', ')} for such a target`, `'${asked}'`);
}

/** The families that can learn it; those that were asked for. */
function able(task: Task, { weight, classWeight }: Asked, names: readonly string[] | undefined) {
  const weighs = weight !== undefined || classWeight !== undefined;
  const all = Object.values(families).filter(({ tasks, weighted }) => tasks.includes(task) && (!weighs || weighted));
  const strange = names?.find((name) => !all.some((family) => family.name === name));
  if (strange !== undefined) {
    const why = Object.hasOwn(families, strange) ? `, which can learn this target${weighs ? ' by weights' : ''}` : '';
    throw errors.option('families', `among ${all.map(({ name }) => `'${name}'`).join(', ')}${why}`, `'${strange}'`);
  }
  return all.filter(({ name }) => names?.includes(name) ?? true);
}

/** Columns of numbers and categories, those that go least together with the target first, as the pool shows it. */
function rankedColumns(job: Job, question: Question, pool: Int32Array, behaviour: readonly string[]): string[] {
  const { table, without, options } = job;
  const decisions = decideColumns(table, pool, without, options.preset, options.family.encodings);
  return decisions
    .flatMap(({ column, kind }, place) => {
      if (behaviour.includes(column.name) || !kind || !['number', 'category'].includes(kind.name)) return [];
      const labels = kind.name === 'category' ? labelsOf(column).labels : undefined;
      const strength = Math.abs(associationOf(column, labels, question, pool)?.value ?? 0);
      return [{ name: column.name, strength, place }];
    })
    .sort((a, b) => a.strength - b.strength || a.place - b.place)
    .map(({ name }) => name);
}

function sharedDimensions(columns: number, behaviour: readonly string[]): Dimension[] {
  const choices = [...new Set(LEFT_OUT.map((share) => Math.floor(share * columns)))];
  return [
    ...(choices.length > 1 ? [{ name: LEAVE, choices, standard: 0 }] : []),
    ...(behaviour.length > 0 ? [{ name: BEHAVIOUR, choices: [true, false], standard: true }] : []),
  ];
}

/**
 * The pieces of work and the rungs. Few rows: one fold, two, all of them. More: a third of one fold's training rows, all of them, all folds.
 * Very many: a ninth, a third, all of one fold.
 */
export function piecesOf(questions: readonly Question[], pool: Int32Array, asked: number | undefined, seed: number) {
  const rows = pool.length;
  const nSplits = asked ?? (rows > MANY_ROWS ? 3 : 5);
  const splits = foldsOf(questions, pool, { nSplits, seed });
  const used = asked === undefined && rows > ONE_FOLD_ROWS ? splits.slice(0, 1) : splits;
  const numbers = [...used.keys()];
  if (rows <= MANY_ROWS) return { pieces: used, rungs: distinct([[0], [0, 1], numbers]), folds: used.length };
  const [first] = used;
  const part = (share: number): Split => ({
    ...first,
    train: holdOut(questions, first.train, { testSize: 1 - share, seed }).train,
  });
  if (used.length > 1) return { pieces: [...used, part(1 / 3)], rungs: [[used.length], [0], numbers], folds: used.length };
  return { pieces: [first, part(1 / 9), part(1 / 3)], rungs: [[1], [2], [0]], folds: 1 };
}

const distinct = (rungs: number[][]) => rungs.filter((rung, r) => r === 0 || rung.length > rungs[r - 1].length);
