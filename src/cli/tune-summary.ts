/** What a search found, for people. */
import { METRIC_NAMES } from '../metrics/index.js';
import type { Tried, Tuned } from '../profile/tune-options.js';
import { columns, plain } from './terminal.js';
import type { TuneFlags } from './tune-flags.js';

const MOST_SHOWN = 6;
const NAMES: Readonly<Record<string, string>> = {
  ...METRIC_NAMES,
  ndcg: 'NDCG at 10',
  hitRate: 'hit rate at 10',
  map: 'MAP at 10',
};

const number = (value: number | null) =>
  value === null ? 'not measured' : Math.abs(value) < 1000 ? value.toFixed(4) : value.toPrecision(6);

export function tuneSummary(tuned: Tuned, { save, journal }: TuneFlags): string {
  const { metric, lessIsBetter, trials, best, standard, compared, heldOut, ended, seconds } = tuned;
  const name = NAMES[metric] ?? metric;
  const why =
    ended === 'stopped' ? ', stopped' : ended === 'time' ? ', until the time was up' : ended === 'trials' ? '' : `, ${ended}`;
  const head = `${trials.length - 1} trials beside the default in ${seconds.toFixed(1)} s${why}; ${name}, ${lessIsBetter ? 'less' : 'more'} is better`;
  const paragraphs = [head];
  if (compared) {
    const rung = standard.scores.length - 1;
    const there = trials.filter(({ trial, scores }) => trial > 0 && typeof scores[rung] === 'number');
    const sign = lessIsBetter ? 1 : -1;
    there.sort((a, b) => sign * ((a.scores[rung] as number) - (b.scores[rung] as number)) || a.trial - b.trial);
    const row = (tried: Tried, what: string) => [what, number(tried.scores[rung] ?? null), ...described(tried)];
    const others = there.slice(0, MOST_SHOWN).map((tried) => row(tried, tried === best ? 'best' : `trial ${tried.trial}`));
    paragraphs.push(`On ${compared.on}\n${columns([row(standard, 'default'), ...others], [1])}`);
  } else paragraphs.push('The default was not measured in that time, so that nothing is held against it: it stands.');
  if (best === standard && compared) paragraphs.push('Nothing beats the default by more than its folds differ.');
  const both = [
    ['default', number(heldOut.standard)],
    ['best', number(heldOut.best)],
  ];
  if (heldOut.best !== null) paragraphs.push(`On ${heldOut.on}, fitted on the same\n${columns(both, [1])}`);
  const failed = trials.filter(({ note }) => note !== undefined);
  if (failed.length > 0) paragraphs.push(`${failed.length} trials failed, the first with: ${failed[0].note}`);
  const kept = [tuned.profiler && save ? `model in ${save}` : '', journal ? `journal in ${journal}` : '']
    .filter(Boolean)
    .join(', ');
  if (kept) paragraphs.push(`${kept[0].toUpperCase()}${kept.slice(1)}`);
  return `${paragraphs.join('\n\n')}\n`;
}

/** A trial's family, and what differs from the family's defaults. */
function described({ family, options, leftOut }: Tried): string[] {
  const named = Object.entries(options).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join('+') : String(value)}`,
  );
  if (leftOut.length > 0) named.push(`without ${leftOut.map((column) => plain(column, 30)).join(', ')}`);
  return [family, named.join(', ')];
}
