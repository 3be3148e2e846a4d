/** The flags of `tune`. */
import { errors } from '../errors.js';
import type { EventFlags } from './events.js';
import type { EngineFlags, FitFlags, OutputFlags, ReadFlags } from './options.js';

export interface TuneFlags extends EngineFlags, OutputFlags, FitFlags, ReadFlags, EventFlags {
  budget?: string;
  trials?: number;
  metric?: string;
  families?: string[];
  folds?: number;
  journal?: string;
  save?: string;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** Milliseconds that are searched: of --budget, and of --time where that names no column of events. */
export function millisecondsOf({ budget, time, events }: TuneFlags): number | undefined {
  const [name, text] = budget !== undefined || events !== undefined ? ['budget', budget] : ['time', time];
  if (text === undefined) return undefined;
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)?$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(number) * UNITS[unit]);
  if (!(milliseconds >= 1 && milliseconds <= 2 ** 31 - 1))
    throw errors.option(name, 'a duration such as 90s, 10m or 1h', `'${text}'`);
  return milliseconds;
}
