/**
 * What stands in a table, and what fitting a score would make of it: columns as they would be used, their values and how they go together
 * with the target, rows that stand twice. What is used and what is left out is decided by the code that decides in fitting, on the same
 * training rows.
 *
 * Values of identifiers, free text and columns that are ignored are not in it, nor values of few rows: they are somebody's.
 */
import * as v from 'valibot';
import { range } from '../arrays.js';
import { errors } from '../errors.js';
import type { Task } from '../metrics/index.js';
import { checked } from '../options.js';
import type { Association } from '../prepare/association.js';
import { checkTable } from '../prepare/columns.js';
import { orderIn } from '../prepare/date.js';
import type { Preset } from '../prepare/feature.js';
import { type Decision, decideColumns, ignoredOf } from '../prepare/fit-features.js';
import { targetOf, truthOf } from '../prepare/target.js';
import { checkColumn, columnOf } from '../table/columns.js';
import { timeOfDate } from '../table/dates.js';
import { countsOf, distinctOf, labelsOf, type NumberStatistics, numberStatistics, sortedValues } from '../table/statistics.js';
import type { Column, Ignored, ReadingNote, Table } from '../table/table.js';
import type { Warning } from '../warnings.js';
import { associationOf } from './associate.js';
import type { Question } from './learn.js';
import { familyOf, SCORE_ENTRIES } from './options.js';
import { holdOut } from './split.js';
import { Look } from './warnings.js';

export interface DescribeOptions {
  /** the column to predict: how the others go together with it */
  target?: string;
  id?: string;
  ignore?: readonly string[];
  task?: Task;
  preset?: Preset;
  /** the family that would learn, since families read columns differently; default as in fitting */
  model?: string;
  /** of the split, as in fitting: which rows decide what a column becomes; default 42 */
  seed?: number;
  testSize?: number;
}

const DESCRIBE_OPTIONS = v.strictObject({
  target: v.optional(v.string('a column name')),
  id: SCORE_ENTRIES.id,
  ignore: SCORE_ENTRIES.ignore,
  task: SCORE_ENTRIES.task,
  preset: SCORE_ENTRIES.preset,
  model: SCORE_ENTRIES.model,
  seed: SCORE_ENTRIES.seed,
  testSize: SCORE_ENTRIES.testSize,
});

export interface ColumnDescription {
  name: string;
  /** what fitting would do with it */
  role: 'feature' | 'target' | 'id' | 'ignored' | 'left out';
  /** what it would be used as: 'number', 'category' or another kind of feature; or 'identifier', 'free text', 'empty', 'constant', 'not read' */
  type: string;
  /** why it is left out; null where it is not */
  reason: string | null;
  /** rows without a value; null for what is not read, such as lists */
  missing: number | null;
  distinct: number | null;
  /** of numbers, and of dates in milliseconds since 1970; null for others, and where values are withheld */
  numbers: NumberStatistics | null;
  /** the commonest values, falling; null for numbers, and where values are withheld */
  values: { value: string; count: number }[] | null;
  /** values that are not among them, and their rows; null as `values` */
  others: { distinct: number; count: number } | null;
  /** with the target; null without one, and where it says nothing */
  association: Association | null;
}

export interface Description {
  rows: number;
  target: { name: string; task: Task; classes: string[]; missing: number } | null;
  /** rows that are alike in every column to one above, and rows whose id stands above; null without an id */
  duplicates: { rows: number; ids: number | null };
  /** values of fewer rows are not told */
  fewest: number;
  columns: ColumnDescription[];
  reading: readonly ReadingNote[];
  /** as fitting would say them */
  warnings: Warning[];
}

/** Commonest values that are told, at most. */
const MOST_VALUES = 10;
/** What only a fitted model can be warned of. */
const OF_FITTING = ['few-rows', 'metrics', 'held-out-ids', 'held-out-duplicates'];

/**
 * @throws CameoError 'argument' for wrong options, 'column' for a column that is absent, named twice or infinite, 'data' for a target that
 *   no score can be fitted for
 */
export function describeTable(table: Table, given: DescribeOptions = {}): Description {
  const options = checked(DESCRIBE_OPTIONS, given);
  if (table.rows > 0) checkTable(table);
  if (options.target !== undefined && options.target === options.id)
    throw errors.option('id', 'another column than the target', options.id);
  const { target: name, id, ignore } = options;
  const { family } = familyOf(options);
  if (id !== undefined) columnOf(table, 'Id', id);
  for (const ignored of ignore) checkColumn(table, 'Ignored', ignored);
  const question = name === undefined ? undefined : questionOf(table, name, options.task);
  const { train, test } = splitOf(question, table.rows, options);
  const without = new Set([name, id, ...ignore].filter((column) => column !== undefined));
  const decisions = decideColumns(table, train, without, options.preset, family.encodings);
  const look = new Look(table, id);
  const found = look.warningsOf(question, { train, test }, { decisions, ignored: ignoredOf(table, without, decisions) });
  const fewest = Math.max(2, Math.min(10, Math.floor(table.rows / 100)));
  const decided = new Map(decisions.map((decision) => [decision.column.name, decision]));
  const target = question && {
    name: question.target.name,
    task: question.target.task,
    classes: question.target.classes,
    missing: question.truth.reduce((count, y) => count + Number(Number.isNaN(y)), 0),
  };
  return {
    rows: table.rows,
    target: target ?? null,
    duplicates: { rows: look.repeatedRows, ids: look.repeatedIds },
    fewest,
    columns: [
      ...table.columns.map((column) => {
        const special = column.name === name ? 'target' : column.name === id ? 'id' : undefined;
        const role = special ?? (ignore.includes(column.name) ? 'ignored' : undefined);
        return describeColumn(column, role, decided.get(column.name), question, { rows: table.rows, fewest, train });
      }),
      ...(table.leftOut ?? []).map((left) => unread(left, ignore.includes(left.name))),
    ],
    reading: table.notes ?? [],
    warnings: found.filter(({ code }) => !OF_FITTING.includes(code)),
  };
}

/** A column that could not be read as one, of which no more is known than why. */
const unread = ({ name, reason }: Ignored, ignored: boolean): ColumnDescription => ({
  name,
  role: ignored ? 'ignored' : 'left out',
  type: 'not read',
  reason: ignored ? null : reason,
  missing: null,
  distinct: null,
  numbers: null,
  values: null,
  others: null,
  association: null,
});

function questionOf(table: Table, name: string, task: Task | undefined): Question {
  const column = columnOf(table, 'Target', name);
  const target = targetOf(column, task);
  return { target, truth: truthOf(target, column) };
}

/** The rows that fitting would train on and hold out; all rows where there is no target, or too few to hold any out. */
function splitOf(question: Question | undefined, rows: number, options: { testSize: number; seed: number }) {
  const all = range(rows);
  const none = new Int32Array(0);
  if (!question) return { train: all, test: none };
  const labelled = all.filter((r) => !Number.isNaN(question.truth[r]));
  return labelled.length < 5 ? { train: labelled, test: none } : holdOut([question], labelled, options);
}

/** A column of dates as milliseconds since 1970, which are described as numbers are. */
function timesOf(column: Column, train: Int32Array): Column {
  const order = orderIn(column, train);
  if (column.kind === 'number' || order === undefined) return column;
  const times = column.categories.map((text) => timeOfDate(text, order) ?? Number.NaN);
  return { name: column.name, kind: 'number', values: Float64Array.from(column.codes, (code) => times[code] ?? Number.NaN) };
}

function describeColumn(
  given: Column,
  special: 'target' | 'id' | 'ignored' | undefined,
  decision: Decision | undefined,
  question: Question | undefined,
  { rows, fewest, train }: { rows: number; fewest: number; train: Int32Array },
): ColumnDescription {
  const role = special ?? (decision?.kind ? 'feature' : 'left out');
  const type = typeOf(given, role, decision, question);
  const column = type === 'date' ? timesOf(given, train) : given;
  const withheld = ['identifier', 'free text', 'empty'].includes(type) || role === 'ignored';
  const numbers = column.kind === 'category' ? undefined : sortedValues(column);
  const labelled = column.kind === 'category' || type === 'category' ? labelsOf(column) : undefined;
  const counts = labelled && countsOf(labelled.labels, labelled.names.length);
  const category = !withheld && type === 'category' ? labelled : undefined;
  const common = category && counts && commonest(counts, category.names, fewest);
  const told = !withheld && !category && numbers && numberStatistics(numbers);
  return {
    name: column.name,
    role,
    type,
    reason: decision?.ignored?.reason ?? null,
    missing: counts ? counts[0] : rows - (numbers?.length ?? 0),
    distinct: counts ? counts.reduce((sum, count, label) => sum + Number(label > 0 && count > 0), 0) : distinctOf(numbers),
    numbers: told || null,
    values: common?.values ?? null,
    others: common?.others ?? null,
    association: withheld || role === 'target' || !question ? null : associationOf(column, category?.labels, question),
  };
}

function typeOf(
  column: Column,
  role: ColumnDescription['role'],
  decision: Decision | undefined,
  question: Question | undefined,
): string {
  if (role === 'id') return 'identifier';
  if (role === 'target') return question?.target.task === 'regression' ? 'number' : 'category';
  if (decision?.kind) return decision.kind.name;
  const { code = 'unsuited' } = decision?.ignored ?? {};
  if (decision?.ignored && code !== 'unsuited') return code;
  if (decision?.ignored && column.kind === 'category') return isProse(column) ? 'free text' : 'identifier';
  return column.kind;
}

/** Whether texts are sentences: most of them of three words or more, or longer than a name. */
function isProse({ categories }: Extract<Column, { kind: 'category' }>): boolean {
  const prose = categories.filter((text) => text.length > 32 || text.trim().split(/\s+/).length > 2);
  return prose.length > categories.length / 2;
}

function commonest(counts: Int32Array, names: readonly string[], fewest: number) {
  const labels = [...names.keys()].map((i) => i + 1).filter((label) => counts[label] > 0);
  const falling = labels.sort((a, b) => counts[b] - counts[a] || a - b);
  const shown = falling.slice(0, MOST_VALUES).filter((label) => counts[label] >= fewest);
  const rest = falling.slice(shown.length);
  return {
    values: shown.map((label) => ({ value: names[label - 1], count: counts[label] })),
    others: { distinct: rest.length, count: rest.reduce((sum, label) => sum + counts[label], 0) },
  };
}
