/**
 * Every error that cameo throws on purpose: one class with a code, and one place where messages are written
 * in one voice: what was expected, what was found, where, and what to do. Messages hold column names, row
 * numbers and sizes; never a user's values.
 */

import { firstLine, mebibytes, quotedList } from './wording.js';

export type ErrorCode =
  | 'argument'
  | 'column'
  | 'data'
  | 'file'
  | 'memory'
  | 'model'
  | 'not-fitted'
  | 'aborted'
  | 'diverged'
  | 'worker'
  | 'runtime';

export class CameoError extends Error {
  override readonly name = 'CameoError';
  /** @param code what kind of error this is, for programs; the message is for people */
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const make = (code: ErrorCode) => (message: string, cause?: unknown) =>
  new CameoError(code, message, cause === undefined ? undefined : { cause });

const [argument, column, data, file, model] = (['argument', 'column', 'data', 'file', 'model'] as const).map(make);

/** Rows of an event log that were left out, by cause. */
export interface LeftOut {
  rows: number;
  noUser: number;
  noItem: number;
  noTime: number;
  badTime: number;
  farTime: number;
  cancelled: number;
  filtered: number;
  badNumber: number;
  afterAsOf: number;
}

/** The messages. Each function returns the error for the caller to throw. */
export const errors = {
  option: (name: string, expected: string, found: unknown) =>
    argument(`Option '${name}' must be ${expected}; found ${String(found)}.`),
  optionUnknown: (name: string, known: readonly string[]) =>
    argument(
      `Option '${name}' is not known. ${known.length > 0 ? `The options are ${known.map((n) => `'${n}'`).join(', ')}.` : 'There are no options.'}`,
    ),
  invalid: (message: string) => argument(message),
  shape: (what: string, expected: string, found: string) => argument(`${what}: expected ${expected}, found ${found}.`),

  columnMissing: (name: string, fitted: number, missing: string[], unexpected: string[]) =>
    column(
      `Column '${name}' is missing: the model was fitted on ${fitted} columns; this table lacks ${quotedList(missing)}` +
        `${unexpected.length ? `, and has ${quotedList(unexpected)} unexpectedly` : ''}. Rename or add the column, or fit a new model.`,
    ),
  columnType: (name: string, expected: string, found: string) =>
    column(`Column '${name}' was ${expected} when the model was fitted and is ${found} here. Convert it, or fit a new model.`),
  row: (row: number, found: string) =>
    argument(`Row ${row} must be an object with values by column name, such as { age: 40 }; found ${found}.`),
  rowUnknown: (row: number, keys: readonly string[], known: readonly string[]) =>
    column(
      `Row ${row} has ${keys.length > 0 ? `the keys ${quotedList(keys)}` : 'no key'}, and the model knows none of them; it knows ${quotedList(known)}.`,
    ),
  columnUnknown: (role: string, name: string, columns: readonly string[]) =>
    column(`${role} column '${name}' is not in the table, which has ${quotedList(columns)}.`),
  columnLeftOut: (role: string, name: string, reason: string) =>
    column(`${role} column '${name}' cannot be used: ${reason}. Make columns of numbers or text of it.`),
  columnDuplicate: (name: string, line?: number) =>
    column(
      `Column name '${name}' appears more than once${line === undefined ? '' : ` in line ${line}`} (letter case aside). ` +
        'Give each column a name of its own.',
    ),
  columnTaken: (name: string) =>
    column(
      `Column '${name}' is in the table already, and events would add one of that name. Rename it or leave it out of the file.`,
    ),
  columnEmpty: (name: string) =>
    column(`Column '${name}' has no value in any row. Leave it out with --ignore ${name}, or fill it.`),
  columnConstant: (name: string) =>
    column(`Column '${name}' has one value in every row, from which nothing can be learnt. Leave it out.`),
  columnInfinite: (name: string, row: number) =>
    column(`Column '${name}' is infinite in row ${row}. Replace infinities with a number or with nothing.`),
  noDate: (name: string, row: number) =>
    column(
      `Column '${name}' was a date when the model was fitted, and row ${row} holds none. Write it as '2025-12-31' or ` +
        `'2025-12-31T23:59:59Z', or give a Date or milliseconds since 1970.`,
    ),
  columnStray: (name: string, kind: string, row: number, line: number | undefined, cells: number, rows: number) =>
    column(
      `Column '${name}' holds numbers, and ${kind} in row ${row}${line === undefined ? '' : ` (line ${line})`}` +
        `${cells > 1 ? `, the first of ${cells} such cells in ${rows} rows` : ''}. ` +
        `Mend it, take such cells as missing with --on-error missing, or leave the column out with --ignore ${name}.`,
    ),
  noPositives: (name: string, rule: string) =>
    data(
      `No held-out row is of the last class of '${name}', by which '${rule}' finds the threshold. Hold out more rows, or leave '${rule}' out.`,
    ),
  stateUnknown: (name: string, row: number, states: number) =>
    column(
      `Column '${name}' has a state in row ${row} that is none of the ${states} of the network. Leave it out, or mend it.`,
    ),
  categories: (name: string, count: number) =>
    column(
      `Column '${name}' has ${count} different values; at most 1000000 can be categories. Leave it out with --ignore ${name}.`,
    ),

  expression: (option: string, cause: unknown) =>
    argument(
      `DuckDB refuses the expression of '${option}': ${cause instanceof Error ? firstLine(cause.message) : String(cause)}.`,
      cause,
    ),
  expressionRefused: (option: string, why: string) =>
    argument(
      `The expression of '${option}' is refused: ${why}. Expected is one expression over the columns, such as quantity * price; ` +
        'docs/security.md says what may stand in it.',
    ),
  noEvents: ({ rows, noUser, noItem, noTime, badTime, farTime, cancelled, filtered, badNumber, afterAsOf }: LeftOut) =>
    data(
      `No event is left of ${rows} rows: ${noUser} without a user, ${noItem} without an item, ${noTime} without a time, ` +
        `${badTime} whose time cannot be read, ${farTime} whose time is outside the years 1 to 9999, ${cancelled} cancelled, ` +
        `${filtered} that do not meet the condition, ${badNumber} whose value or weight is no usable number, ` +
        `${afterAsOf} at or after the moment asked for.`,
    ),
  noItems: () =>
    argument("These events name no items, so nothing can be recommended: read them with 'item', the column that says what."),
  aboutItems: (option: string) =>
    argument(`Option '${option}' is about items, and the events name none: give 'item', or leave '${option}' out.`),
  tableEmpty: (what: string) => data(`${what} has no rows.`),
  headerOnly: (path: string, line: number) => data(`'${path}' has no rows: nothing stands below the names in line ${line}.`),
  noTerms: (why: string) => data(`The documents give no vocabulary: ${why}.`),
  noFeatures: (left: readonly { name: string; reason: string }[]) =>
    data(
      `No feature column is left besides the target, the id and the ignored columns${left
        .slice(0, 5)
        .map(({ name, reason }) => `; '${name}': ${reason}`)
        .join('')}.`,
    ),
  targetClasses: (name: string, classes: number) =>
    data(
      `Target '${name}' has ${classes === 1 ? 'one class' : 'no class'} in the rows used for training; at least two are needed.`,
    ),
  targetMissing: (name: string, row: number) =>
    data(`Target '${name}' is missing in row ${row}. Leave such rows out before training.`),
  targetTask: (name: string, task: string, why: string) => data(`Target '${name}' cannot be used for task '${task}': ${why}.`),
  classUnknown: (name: string, row: number) =>
    data(
      `Target '${name}' has a class in row ${row} that the first batch did not name. Name all classes with the first batch.`,
    ),
  noVariance: (columnNumber: number, classNumber: number) =>
    data(
      `Column ${columnNumber} has one value only in class ${classNumber} of the classes in order, so that nothing else would be possible there. ` +
        'Leave it out, or give a larger varSmoothing.',
    ),
  noCode: (name: string, row: number) =>
    column(`Column '${name}' must hold codes, whole numbers from 0 to 999999, or NaN; row ${row} does not.`),
  negative: (what: string, row: number, columnNumber: number) =>
    data(`${what} must hold counts or other numbers from 0 on; row ${row}, column ${columnNumber} is negative.`),
  notBinary: (row: number, columnNumber: number) =>
    data(`Without 'binarize' all values must be 0 or 1; row ${row}, column ${columnNumber} is neither. Give a threshold.`),
  familyTask: (name: string, task: string, family: string, tasks: readonly string[]) =>
    data(
      `Target '${name}' is one for task '${task}', which '${family}' does not learn; it learns ${quotedList(tasks)}. Take another model.`,
    ),
  noCommonUsers: (id: string, rows: number, users: number) =>
    data(
      `None of the ${rows} rows of the table is one of the ${users} users of the events: column '${id}' and the column of --user ` +
        'must name users alike.',
    ),
  separated: () =>
    data(
      'The features tell the classes apart without an error, so that without a penalty there is no best model. Give a finite C.',
    ),
  weight: (row: number) => data(`Sample weights must be numbers from 0 on; that of row ${row} is not.`),
  noWeight: () => data('Sample weights are 0 in every row: there is nothing to learn from.'),
  seedUsers: (found: number, needed: number, items: number) =>
    data(
      `Not enough data: ${found} of the users given are in the model and had at least ${items} items; lookalikes need ${needed}. ` +
        'Give more users.',
    ),
  tooFewRows: (what: string, rows: number, needed: number) => data(`${what} needs at least ${needed} rows; found ${rows}.`),
  nonFinite: (what: string, row: number, columnNumber: number) =>
    data(`${what} has a NaN or infinity in row ${row}, column ${columnNumber}. Impute it first (SimpleImputer).`),

  fileRead: (path: string, cause: unknown) =>
    file(`Cannot read '${path}': ${cause instanceof Error ? firstLine(cause.message) : String(cause)}.`, cause),
  fileLine: (path: string, line: number, what: string) => file(`Cannot read '${path}': line ${line} has ${what}.`),
  encoding: (path: string, line: number | undefined, what: string, guess?: string) =>
    file(
      `Cannot read '${path}': ${line === undefined ? 'it' : `line ${line}`} is ${what}.` +
        `${guess ? ` It looks like ${guess}: --encoding ${guess} would read it so.` : what === 'not UTF-8' ? ' Name its encoding with --encoding.' : ''}`,
    ),
  fileWrite: (path: string, cause: unknown) =>
    file(`Cannot write '${path}': ${cause instanceof Error ? firstLine(cause.message) : String(cause)}.`, cause),
  address: (scheme: string) =>
    file(`Nothing is fetched from '${scheme}…': give a file of this machine, or an address postgres://….`),
  fileType: (path: string, expected: string) =>
    file(`Cannot tell the format of '${path}' from its name; expected one of ${expected}.`),

  journalLine: (line: number) =>
    data(`Line ${line} of the journal is none of a search of this version. Name another journal, or remove this one.`),
  journalOther: (what: string) =>
    data(
      `The journal is of another search: it has ${what} than is asked for here. Give the same to go on, or name another journal.`,
    ),

  modelFile: (what: string, expected: string, found: string) =>
    model(`Not a usable model file: ${what}: expected ${expected}, found ${found}. Save the model again.`),
  notFinite: (what: string, from: string) =>
    model(
      `${what} is no finite number: the weights of ${from}, or values of the row, are too large for float32. ` +
        'Fit the model again, or look at the values.',
    ),
  notFitted: (name: string) => new CameoError('not-fitted', `This ${name} is not fitted yet. Call fit first.`),

  memory: (wanted: number, maximum: number) =>
    new CameoError(
      'memory',
      `${mebibytes(wanted)} of WebAssembly memory are needed and the engine may hold ${mebibytes(maximum)}. ` +
        'Use fewer rows or columns, or create the engine with a larger memory.maximum (at most 4 GiB).',
    ),
  heldOut: (held: number, rows: number) =>
    data(
      `A split that holds out ${held} of ${rows} rows leaves none to ${held === rows ? 'learn from' : 'judge by'}. ` +
        'Hold out another share, or give more rows.',
    ),
  catalogue: (items: number, wanted: number, maximum: number) =>
    new CameoError(
      'memory',
      `EASE of ${items} items needs ${mebibytes(wanted)} of WebAssembly memory and the engine has ${mebibytes(maximum)}. ` +
        'Use another recommender, leave rare items out, or create the engine with a larger memory.maximum (at most 4 GiB).',
    ),
  junctionTree: (wanted: number, maximum: number, variables: number) =>
    new CameoError(
      'memory',
      `The junction tree of this network needs ${mebibytes(wanted)} of WebAssembly memory, its largest clique joins ${variables} variables, ` +
        `and the engine has ${mebibytes(maximum)}. Allow fewer parents or fewer states, or create the engine with a larger memory.maximum (at most 4 GiB).`,
    ),
  impossible: (row: number) =>
    data(
      `The evidence of row ${row} contradicts itself: the network gives it probability 0. Leave a part of it out, or fit the network with a prior.`,
    ),
  graphCycle: (what: string, names: readonly string[]) =>
    argument(
      `${what} a cycle of ${names.length}: ${[...names, names[0]].map((name) => `'${name}'`).join(' → ')}. Leave one edge out.`,
    ),
  edgeRequiredAndForbidden: (parent: string, child: string) =>
    argument(`The edge from '${parent}' to '${child}' is both required and forbidden. Leave it out of one of them.`),
  tooManyParents: (child: string, required: number, limit: number) =>
    argument(`'${child}' has ${required} required parents and may have ${limit}. Raise 'maxParents', or require fewer edges.`),
  jointTable: (what: string, cells: number, limit: number) =>
    argument(
      `${what} would need a table of ${cells} counts, and ${limit} fit. Lower the limit of parents, or put states together.`,
    ),
  bif: (line: number, expected: string, found: string) =>
    file(`Not a usable network in BIF: line ${line}: expected ${expected}, found ${found}.`),

  diverged: (epoch: number, rate: number, tensor: string) =>
    new CameoError(
      'diverged',
      `Training diverged in epoch ${epoch}: ${tensor} is no longer finite at learning rate ${rate}. Lower the learning rate.`,
    ),
  lossNotFinite: () =>
    new CameoError(
      'diverged',
      'The loss is not finite where fitting starts: features or target hold numbers too large to square. Scale them first (StandardScaler).',
    ),
  aborted: (cause?: unknown) => new CameoError('aborted', 'The work was stopped before it was done.', { cause }),
  worker: (program: string, shard: string, cause: unknown) =>
    new CameoError(
      'worker',
      `A worker died at ${shard} of program '${program}', and again when it was repeated: ${cause instanceof Error ? firstLine(cause.message) : String(cause)}.`,
      { cause },
    ),
  kernels: (from: string, found: string, cause?: unknown) =>
    new CameoError('runtime', `Expected cameo's kernels (simd.wasm or relaxed.wasm) and found that ${from} ${found}.`, {
      cause,
    }),
  runtime: (message: string, cause?: unknown) => new CameoError('runtime', message, { cause }),
};
