/**
 * What may be wrong with the data and ends nothing: in one place of the summary, and as `warnings` in the JSON. What fitting found comes from
 * the profiler; a table that a model was not fitted on is looked at here, as far as it can be said without its target.
 */
import { lateEvents } from '../events/late.js';
import { daysBetween, timeText } from '../events/time.js';
import type { Profiler } from '../profile/profiler.js';
import { warningsOfTable } from '../score/warnings.js';
import type { Events } from '../table/events.js';
import type { Table } from '../table/table.js';
import { type Warning, warnings } from '../warnings.js';
import { columns, plain } from './terminal.js';

/** Sentences in the summary, at most; the JSON has all. */
const MOST = 20;
const number = (n: number) => n.toLocaleString('en');

interface Told {
  profiler?: Pick<Profiler, 'warnings' | 'id'>;
  /** a table, or tables that arrive and are not looked at */
  table?: Table | AsyncIterable<Table>;
  events?: Events;
  /** whether the model was fitted on this table */
  trained?: boolean;
}

export function warningsOf({ profiler, table, events, trained }: Told, now = Date.now()): Warning[] {
  const ofTable = !trained && table && 'rows' in table ? warningsOfTable(table, profiler?.id) : [];
  return [...(profiler?.warnings ?? []), ...ofTable, ...(events ? lateWarnings(events, now) : [])];
}

/** The one place of a summary where they stand. */
export function warningParagraph(all: readonly Warning[]): string {
  const shown = all.slice(0, MOST).map(({ message }) => [plain(message, 2000)]);
  const rest = all.length - shown.length;
  return `Warnings\n${columns(shown)}${rest > 0 ? `\n  and ${rest} more, with --json` : ''}`;
}

function lateWarnings(events: Events, now: number): Warning[] {
  const late = lateEvents(events, now);
  if (!late) return [];
  const some = `${number(late.count)} of ${number(events.rows)} events`;
  const why =
    late.why === 'future'
      ? `${some} are later than now`
      : `${some}, from ${timeText(late.first)} on, are ${number(Math.floor(daysBetween(late.before, late.first)))} days later than all others`;
  const mend = 'If that is a mistake, give --as-of TIME, or leave them out by --where.';
  return [warnings.lateEvents(`${why}, and recency counts back from the last, ${timeText(events.asOf)}. ${mend}`, late.count)];
}
