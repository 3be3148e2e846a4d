/**
 * The journal of a search: JSON Lines, the first of which says what was searched and how, each further one what a trial came to on a rung.
 * Since what is tried follows from the seed and the results alone, a later search goes on by going through the same steps again and taking
 * from the journal what was measured already.
 */
import * as v from 'valibot';
import { errors } from '../../errors.js';
import { whole } from '../../options.js';
import type { Config } from './space.js';

/** A journal where it is kept. */
export interface Journal {
  /** what stands in it; a last line without an end is not looked at, and must be gone when the next is appended */
  readonly text: string;
  /** keeps more, whole lines */
  append(lines: string): void | Promise<void>;
}

/** What must be the same for a search to go on, by what it is called in an error: hashes and texts. */
export type JournalHead = Readonly<Record<string, string | number>>;

/** What a trial came to on a rung: a score of each piece of work, null for what is no number; or why there is none. */
export interface Entry {
  readonly trial: number;
  readonly rung: number;
  readonly config: Config;
  readonly scores: Readonly<Record<string, number | null>>;
  readonly note?: string;
}

const FORMAT = { format: 'cameo tune', version: 1 };
const any = v.record(v.string(), v.unknown());
const ENTRY = v.strictObject({
  trial: whole(0),
  rung: whole(0, 100),
  family: v.string(),
  options: any,
  shared: any,
  scores: v.record(v.string(), v.nullable(v.pipe(v.number(), v.finite()))),
  note: v.optional(v.string()),
});

/** What every journal begins with, one that was cut within its first line too. */
export const BEGINS = JSON.stringify(FORMAT).slice(0, -1);

export const headLine = (head: JournalHead): string => `${JSON.stringify({ ...FORMAT, ...head })}\n`;

export const entryLine = ({ trial, rung, config, scores, note }: Entry): string =>
  `${JSON.stringify({ trial, rung, ...config, scores, note })}\n`;

/** What is different, in words. */
const OTHER: Readonly<Record<string, string>> = {
  events: 'other events',
  settings: 'other options',
  space: 'another search space',
};

const keyOf = ({ trial, rung }: Pick<Entry, 'trial' | 'rung'>) => `${trial}/${rung}`;

/** What a journal knows. */
export class Known {
  readonly #entries = new Map<string, Entry>();

  /**
   * @param text of the journal, empty for a new one
   * @throws CameoError 'data' for a journal of something else, naming what is different, and for a line that is none
   */
  constructor(text: string, head: JournalHead) {
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    lines.pop();
    lines.forEach((line, i) => {
      const value = parsed(line, i + 1);
      if (i === 0) return checkHead(value, head);
      const result = v.safeParse(ENTRY, value);
      if (!result.success) throw errors.journalLine(i + 1);
      const { family, options, shared, ...entry } = result.output;
      this.#entries.set(keyOf(entry), { ...entry, config: { family, options, shared } });
    });
  }

  /** Results of the trial there; undefined where it was not measured. @throws CameoError 'data' where it was another */
  find(step: Pick<Entry, 'trial' | 'rung' | 'config'>): Entry | undefined {
    const found = this.#entries.get(keyOf(step));
    if (found && JSON.stringify(found.config) !== JSON.stringify(inOrder(step.config)))
      throw errors.journalOther(`another trial ${step.trial}`);
    return found;
  }
}

/** As entries are read, and as JSON has its values. */
const inOrder = ({ family, options, shared }: Config): Config => JSON.parse(JSON.stringify({ family, options, shared }));

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw errors.journalLine(number);
  }
}

function checkHead(value: unknown, head: JournalHead): void {
  const found = value as Record<string, unknown> | null;
  if (found?.format !== FORMAT.format || found.version !== FORMAT.version) throw errors.journalLine(1);
  for (const [name, expected] of Object.entries(head)) {
    if (found[name] !== expected) throw errors.journalOther(OTHER[name] ?? `another ${name}`);
  }
}
