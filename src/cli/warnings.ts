/** What may be wrong with the data and ends nothing: one sentence each, in the summary and as `warnings` in the JSON. */
import { lateEvents } from '../events/late.js';
import { daysBetween, timeText } from '../events/time.js';
import type { Events } from '../table/events.js';

const number = (n: number) => n.toLocaleString('en');

export function warningsOf({ events }: { events?: Events }, now = Date.now()): string[] {
  return events ? lateWarnings(events, now) : [];
}

function lateWarnings(events: Events, now: number): string[] {
  const late = lateEvents(events, now);
  if (!late) return [];
  const some = `${number(late.count)} of ${number(events.rows)} events`;
  const why =
    late.why === 'future'
      ? `${some} are later than now`
      : `${some}, from ${timeText(late.first)} on, are ${number(Math.floor(daysBetween(late.before, late.first)))} days later than all others`;
  const mend = 'If that is a mistake, give --as-of TIME, or leave them out by --where.';
  return [`${why}, and recency counts back from the last, ${timeText(events.asOf)}. ${mend}`];
}
