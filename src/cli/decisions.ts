/** What acting on the scores comes to, for people: calibration, confusion matrix, the threshold in users. */
import type { CurvePoint, Rule } from '../metrics/decisions.js';
import type { Decisions, Threshold } from '../score/decisions.js';
import type { Outcome } from './job.js';
import { columns, plain } from './terminal.js';

/** Classes of a confusion matrix that is shown, at most. */
const MOST_CLASSES = 8;

const count = (n: number) => n.toLocaleString('en');
const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`;
const plural = (n: number, word: string) => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

/** Why the threshold is what it is. */
function reasonOf(rule: Rule | undefined): string {
  switch (rule?.by) {
    case 'threshold':
      return 'as asked';
    case 'cost':
      return `where errors cost least at ${rule.value}:${rule.alarm}`;
    case 'recall':
      return `the highest that finds ${percent(rule.value)} of them`;
    case 'top':
      return `the one that picks about ${percent(rule.value)} of the users`;
    default:
      return 'where nothing else is asked for';
  }
}

export function decisionParagraphs({ profiler }: Outcome, decisions: Decisions, t: number, of: string): string[] {
  const { target, summary } = profiler.scores[t].score;
  const { threshold, confusionMatrix } = decisions;
  const calibration = `calibration error ${decisions.calibrationError.toFixed(4)}`;
  const held = `${count(summary.testRows)} held-out row${summary.testRows === 1 ? '' : 's'}`;
  // The preset of comparison says no more than it was asked.
  if (summary.preset === 'article' && !threshold?.rule) return [];
  if (!confusionMatrix || confusionMatrix.length > MOST_CLASSES) return [`Decisions${of} on ${held}: ${calibration}`];
  const names = target.classes.map((name) => `'${plain(name, 20)}'`);
  const rows = confusionMatrix.map((row, i) => [`is ${names[i]}`, ...row.map(count)]);
  const right = Array.from(names, (_, i) => i + 1);
  const table = columns([['', ...names.map((name) => `predicted ${name}`)], ...rows], right);
  const said = threshold && `${names[1]} above ${threshold.threshold.toPrecision(4)}, ${reasonOf(threshold.rule)}; `;
  const users = threshold ? `\n${inUsers(threshold, confusionMatrix, names[1])}` : '';
  return [`Decisions${of} on ${held}: ${said ?? ''}${calibration}\n${table}${users}`];
}

/** The threshold in users. */
function inUsers({ precision, recall, share, cost }: Threshold & CurvePoint, matrix: number[][], name: string): string {
  const [[, alarms], [missed, found]] = matrix;
  const spent = cost === undefined ? '' : `; errors cost ${Number(cost.toPrecision(6)).toLocaleString('en')}`;
  return (
    `  ${plural(alarms + found, 'user')} picked as ${name} (${percent(share)}), ${count(found)} rightly: precision ${precision.toFixed(4)}; ` +
    `${count(missed)} missed: recall ${recall.toFixed(4)}${spent}`
  );
}
