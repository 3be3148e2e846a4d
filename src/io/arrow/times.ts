/** Dates and times as texts, in the form that DuckDB gives those of Parquet: '2024-02-03', '12:34:56.5', '2024-02-03 12:34:56'. */

/** Parts of a second by the numbers of Arrow's units: seconds, milliseconds, microseconds, nanoseconds. */
const PARTS = [1n, 1_000n, 1_000_000n, 1_000_000_000n];
/** Days that a Date holds, before and after 1970. */
const MOST_DAYS = 1e8;
const DAY = 86_400;

/** A day by its number since 1970; null for one that is 275,000 years off. */
export function dateText(day: number): string | null {
  if (Math.abs(day) > MOST_DAYS) return null;
  const text = new Date(day * DAY * 1000).toISOString();
  return text.slice(0, text.indexOf('T')).replace(/^\+0*/, '');
}

/** Seconds of a unit since midnight or since 1970: whole ones, and what is after the point. */
function split(value: bigint, unit: number): [seconds: number, fraction: string] {
  const parts = PARTS[unit];
  const rest = ((value % parts) + parts) % parts;
  const digits = String(rest).padStart(String(parts).length - 1, '0');
  return [Number((value - rest) / parts), rest === 0n ? '' : `.${digits.replace(/0+$/, '')}`];
}

const clock = (seconds: number) =>
  [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');

/** A time of day; null for one that no day has. */
export function timeText(value: bigint, unit: number): string | null {
  const [seconds, fraction] = split(value, unit);
  return seconds < 0 || seconds > DAY ? null : clock(seconds) + fraction;
}

/** A moment; null for one beyond what a Date holds. */
export function momentText(value: bigint, unit: number, zoned: boolean): string | null {
  const [seconds, fraction] = split(value, unit);
  const day = Math.floor(seconds / DAY);
  const date = dateText(day);
  return date && `${date} ${clock(seconds - day * DAY)}${fraction}${zoned ? '+00' : ''}`;
}
