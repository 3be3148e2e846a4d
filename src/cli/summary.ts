/** The summary of a job for people. */
import { METRIC_NAMES as NAMES } from '../metrics/index.js';
import { importanceMetric } from '../score/importance.js';
import { decisionParagraphs } from './decisions.js';
import { eventParagraphs } from './event-summary.js';
import type { Outcome } from './job.js';
import type { Report, TargetReport } from './report.js';
import { bar, columns, plain } from './terminal.js';
import { threadsText } from './threads.js';
import { warningParagraph } from './warnings.js';

const MOST_BARS = 12;

const number = (value: number) => (Math.abs(value) < 1000 ? value.toFixed(4) : value.toPrecision(6));
const seconds = (value: number) => `${value.toFixed(2)} s`;
const count = (n: number) => n.toLocaleString('en');

export function summaryOf(outcome: Outcome): string {
  const { report } = outcome;
  const paragraphs = 'rows' in report ? tableParagraphs(outcome, report) : eventParagraphs(report);
  const files = [
    report.output && report.output !== '-' ? `profiles in ${report.output}` : '',
    report.model ? `model in ${report.model}` : '',
  ];
  const where = files.filter(Boolean).join(', ');
  const { total, ...stages } = report.timings;
  const times = Object.entries(stages)
    .filter(([, value]) => value > 0.005)
    .map(([name, value]) => `${name} ${seconds(value)}`);
  const last = `${times.join(', ')}, total ${seconds(total)}; ${report.capabilities.build}, ${threadsText(report.capabilities)}`;
  const warnings = report.warnings.length > 0 ? [warningParagraph(report.warnings)] : [];
  return `${[...paragraphs, ...warnings, `${where ? `${where[0].toUpperCase()}${where.slice(1)}\n` : ''}${last}`].join('\n\n')}\n`;
}

function tableParagraphs(outcome: Outcome, report: Extract<Report, { rows: number }>): string[] {
  const targets = 'targets' in report ? report.targets : [report];
  const parts: string[] = targets.map((target, t) => headline(outcome, report.rows, target, t));
  if (report.reading.length > 0) parts.push(readingParagraph(report.reading));
  const strange = Object.entries(report.unknownCategories).filter(([, n]) => n > 0);
  if (strange.length > 0) {
    const list = strange.map(([name, n]) => `${plain(name)} ${count(n)}`).join(', ');
    parts.push(`Rare or unknown values, by column: ${list}.`);
  }
  if (report.events) {
    parts.push(`${count(report.events.matched)} of the ${count(report.rows)} rows have events`);
    parts.push(...eventParagraphs(report.events));
  }
  for (const [t, target] of targets.entries()) {
    const of = targets.length > 1 ? ` of '${plain(target.target)}'` : '';
    if (target.evaluation) parts.push(evaluationParagraph(outcome, target, t, of));
    if (target.decisions) parts.push(...decisionParagraphs(outcome, target.decisions, t, of));
    if (target.texts.length > 0) parts.push(textsParagraph(target, of));
    if (target.candidates.length > 0) parts.push(candidatesParagraph(outcome, target, t, of));
    if (target.importances.some(({ mean }) => !Number.isNaN(mean))) parts.push(importanceParagraph(outcome, target, t, of));
    const reasons = outcome.samples[t]?.toString();
    if (reasons) parts.push(`Reasons${of}, the three strongest\n${reasons}`);
  }
  return parts;
}

function readingParagraph(notes: Extract<Report, { rows: number }>['reading']): string {
  const shown = notes
    .slice(0, MOST_BARS)
    .map(({ column, message }) => [column === null ? 'the file' : plain(column, 30), message]);
  return `Reading\n${columns(shown)}${notes.length > shown.length ? `\n  and ${notes.length - shown.length} more` : ''}`;
}

function headline({ profiler }: Outcome, rows: number, { features, target, task }: TargetReport, t: number): string {
  const { classes } = profiler.scores[t].score.target;
  const positive = task === 'binary' ? `, score is the probability of '${plain(classes[1])}'` : '';
  return `${count(rows)} users, ${features} features, target '${plain(target)}' (${task}${positive})`;
}

function evaluationParagraph({ profiler, trained }: Outcome, target: TargetReport, t: number, of: string): string {
  const { summary } = profiler.scores[t].score;
  const { crossValidation } = target;
  const article = summary.preset === 'article';
  const values = target.evaluation as unknown as Record<string, number>;
  const where = trained
    ? `on ${count(summary.testRows)} held-out row${summary.testRows === 1 ? '' : 's'}`
    : 'of the saved model on this table';
  const rows = Object.entries(NAMES)
    // What these rows do not give is among the warnings.
    .filter(([key]) => key in values && !Number.isNaN(values[key]))
    .map(([key, name]) => {
      const digits = article && key === 'accuracy' ? values[key].toFixed(2) : number(values[key]);
      const baseline = key === 'accuracy' ? values.baselineAccuracy : key === 'rmse' ? values.baselineRmse : undefined;
      const beside =
        baseline === undefined ? '' : `always the ${key === 'rmse' ? 'mean' : 'larger class'}: ${number(baseline)}`;
      const mean = crossValidation?.mean[key] ?? Number.NaN;
      const folds = Number.isNaN(mean) ? '' : `${number(mean)} ± ${number(crossValidation?.std[key] as number)}`;
      return crossValidation ? [name, digits, folds, beside] : [name, digits, beside];
    });
  const heading = crossValidation ? [['', '', `${crossValidation.folds} folds, mean ± deviation`, '']] : [];
  return `Evaluation${of} ${where}\n${columns([...heading, ...rows], [1])}`;
}

function candidatesParagraph({ profiler }: Outcome, { candidates, task }: TargetReport, t: number, of: string): string {
  const { facts } = profiler.scores[t].score.summary;
  const loss = task === 'regression' ? 'squared error, standardized' : 'log loss';
  const rows = candidates.map(({ family, loss, weight }) => [family, number(loss), `weighs ${weight.toFixed(1)}`]);
  const blend = [['together', number(Number(facts.loss)), task === 'regression' ? '' : `calibration: ${facts.calibration}`]];
  if (facts.trials !== undefined) blend.push(['searched', '', `${facts.trials} trials on other folds`]);
  return `Model${of}: ${loss} on rows that were not learnt from\n${columns([...rows, ...blend], [1])}`;
}

function textsParagraph({ texts, task }: TargetReport, of: string): string {
  const loss = task === 'regression' ? 'squared error, standardized' : 'log loss';
  const rows = texts.map(({ column, terms, chosen, candidates }) => [
    plain(column, 30),
    `${count(terms)} terms`,
    chosen,
    candidates.map((each) => `${each.name} ${number(each.loss)}`).join('; '),
  ]);
  return `Texts${of}: terms, what learnt from them, and the ${loss} of each on rows that it did not learn from\n${columns(rows, [1])}`;
}

function importanceParagraph({ profiler }: Outcome, { importances, task }: TargetReport, t: number, of: string): string {
  const article = profiler.scores[t].score.summary.preset === 'article' && importances[0]?.weight !== undefined;
  const value = (i: TargetReport['importances'][number]) => (article ? (i.weight ?? 0) : i.mean);
  const shown = importances.slice(0, article ? undefined : MOST_BARS);
  const largest = Math.max(...shown.map((i) => Math.abs(value(i))));
  const rows = shown.map((i) => [
    plain(i.feature, 30),
    number(value(i)),
    article ? '' : `± ${number(i.std)}`,
    bar(article ? Math.abs(value(i)) : value(i), largest),
  ]);
  const what = article
    ? 'mean first-layer weight, a heuristic'
    : `drop of the ${NAMES[importanceMetric(task)]} when the feature is permuted`;
  const rest = importances.length - shown.length;
  return `Importance${of}: ${what}\n${columns(rows, [1])}${rest > 0 ? `\n  and ${rest} more` : ''}`;
}
