/**
 * What is said without ending the work: what may be wrong with a table, a log or a row. One shape, and one place where the sentences are
 * written, in the voice of errors.ts: what was found, where, and what to do. Sentences hold names of columns, numbers of rows and figures;
 * never a user's values.
 */
import { quotedList } from './wording.js';

export type WarningCode =
  /** a column is no feature: it has no value, one value only, or is an identifier or free text */
  | 'column-empty'
  | 'column-constant'
  | 'column-unsuited'
  /** the id column names users more than once, or not at all */
  | 'duplicate-ids'
  | 'missing-ids'
  | 'held-out-ids'
  /** rows alike in every column */
  | 'duplicate-rows'
  | 'held-out-duplicates'
  /** a feature alone predicts the target */
  | 'leakage'
  | 'few-rows'
  /** metrics that these rows do not give */
  | 'metrics'
  | 'late-events'
  /** keys of rows that the model does not know */
  | 'key-unknown'
  | 'keys-unknown';

export interface Warning {
  /** for programs; the message is for people */
  code: WarningCode;
  message: string;
  /** the column that it is about; null for none or for all */
  column: string | null;
  /** how many rows, events or metrics; null where nothing is counted */
  count: number | null;
}

const number = (n: number) => n.toLocaleString('en');
const rows = (n: number) => (n === 1 ? '1 row' : `${number(n)} rows`);
const some = (n: number, all: number, what: string) => `${number(n)} of ${number(all)} ${what}`;
const warning = (code: WarningCode, message: string, column: string | null = null, count: number | null = null): Warning => ({
  code,
  message,
  column,
  count,
});

/** The sentences. */
export const warnings = {
  leftOut: (code: 'column-empty' | 'column-constant' | 'column-unsuited', name: string, reason: string) =>
    warning(code, `Column '${name}' is left out: ${reason}.`, name),

  duplicateIds: (name: string, repeated: number, all: number, joined: boolean) =>
    warning(
      'duplicate-ids',
      `Column '${name}' names users more than once: ${some(repeated, all, repeated === 1 ? 'rows repeats' : 'rows repeat')} an id ` +
        `that stands above. Each row keeps a profile of its own${joined ? ', and rows of one id are given the same events' : ''}.`,
      name,
      repeated,
    ),
  missingIds: (name: string, missing: number, all: number, joined: boolean) =>
    warning(
      'missing-ids',
      `Column '${name}' names no user in ${some(missing, all, 'rows')}. Their profiles have no id${joined ? ' and no events' : ''}.`,
      name,
      missing,
    ),
  heldOutIds: (name: string, shared: number, held: number) =>
    warning(
      'held-out-ids',
      `${some(shared, held, 'held-out rows')} are of users that were trained on too, by column '${name}'. Where rows of one user are ` +
        'alike, that flatters every figure.',
      name,
      shared,
    ),

  duplicateRows: (repeated: number, all: number) =>
    warning(
      'duplicate-rows',
      `${number(repeated)} of ${rows(all)} ${repeated === 1 ? 'is' : 'are'} alike in every column to a row that stands above. ` +
        'Leave such rows out where they are the same user twice.',
      null,
      repeated,
    ),
  heldOutDuplicates: (shared: number, held: number) =>
    warning(
      'held-out-duplicates',
      `${some(shared, held, 'held-out rows')} ${shared === 1 ? 'is' : 'are'} alike in every column to a row that was trained on. ` +
        'That flatters every figure.',
      null,
      shared,
    ),

  leakage: (name: string, target: string, figure: string) =>
    warning(
      'leakage',
      `Column '${name}' alone predicts '${target}' (${figure}). If it is known only once the target is, leave it out with ` +
        `--ignore ${name}: scores of users to come would not be as good.`,
      name,
    ),

  fewRows: (trained: number, held: number) =>
    warning(
      'few-rows',
      `Trained on ${rows(trained)} and evaluated on ${rows(held)}: figures of so few may be far off.`,
      null,
      trained + held,
    ),
  metrics: (names: readonly string[], target: string, why: string) =>
    warning('metrics', `Left out for '${target}': ${names.join(', ')}; ${why}.`, null, names.length),

  lateEvents: (message: string, count: number) => warning('late-events', message, null, count),

  keyUnknown: (key: string, known: readonly string[]) =>
    warning(
      'key-unknown',
      `Key '${key}' of a row is not known to the model and is not read; the model knows ${quotedList(known)}.`,
      key,
    ),
  keysUnknown: (told: number) =>
    warning('keys-unknown', `More than ${told} keys of rows are not known to the model; the others are not told.`),
};

/** Each once, in their order: several targets find the same of a table. */
export function distinctWarnings(all: readonly Warning[]): Warning[] {
  const seen = new Set<string>();
  return all.filter(({ message }) => !seen.has(message) && seen.add(message));
}
