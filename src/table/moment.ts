/** A moment as a caller names it: what dates count back from. */
import * as v from 'valibot';
import { DATES, timeOfDate } from './dates.js';

/** A date in ISO 8601, a Date or milliseconds since 1970. */
export type Moment = string | number | Date;

/** Its milliseconds since 1970; NaN for what is none. */
export const timeOfMoment = (moment: Moment): number => {
  const time = typeof moment === 'string' ? timeOfDate(moment) : Number(moment);
  return time !== undefined && time >= DATES.least && time <= DATES.most ? time : Number.NaN;
};

const MOMENT = "a date such as '2025-12-31', a Date or milliseconds since 1970";
/** An option that names a moment. */
export const moment = v.pipe(
  v.union([v.string(), v.number(), v.date()], MOMENT),
  v.check((given) => !Number.isNaN(timeOfMoment(given)), MOMENT),
);
