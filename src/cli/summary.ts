/** The summary of a job for people. */
import { importanceMetric } from '../score/importance.js';
import { eventParagraphs } from './events.js';
import type { Outcome } from './job.js';
import { bar, columns, plain } from './terminal.js';

const NAMES: Record<string, string> = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
  precision: 'precision',
  recall: 'recall',
  f1: 'F1',
  rocAuc: 'ROC AUC',
  averagePrecision: 'average precision',
  logLoss: 'log loss',
  brier: 'Brier score',
  r2: 'R²',
  rmse: 'root mean squared error',
  mae: 'mean absolute error',
};
const MOST_BARS = 12;

const number = (value: number) => (Math.abs(value) < 1000 ? value.toFixed(4) : value.toPrecision(6));
const seconds = (value: number) => `${value.toFixed(2)} s`;

export function summaryOf({ report, profiler, samples, trained }: Outcome): string {
  const { summary, target } = profiler;
  const { evaluation, crossValidation } = report;
  const parts: string[] = [];
  const article = summary.preset === 'article';
  parts.push(
    `${report.rows.toLocaleString('en')} users, ${report.features} features, target '${plain(target.name)}' (${target.task}` +
      `${target.task === 'binary' ? `, score is the probability of '${plain(target.classes[1])}'` : ''})`,
  );
  for (const { name, reason } of report.ignored) parts.push(`Left out '${plain(name)}': ${reason}.`);
  const strange = Object.entries(report.unknownCategories).filter(([, count]) => count > 0);
  if (strange.length > 0) {
    const list = strange.map(([name, count]) => `${plain(name)} ${count.toLocaleString('en')}`).join(', ');
    parts.push(`Rare or unknown categories, by column: ${list}.`);
  }

  if (report.events) {
    parts.push(`${report.events.matched.toLocaleString('en')} of the ${report.rows.toLocaleString('en')} rows have events`);
    parts.push(...eventParagraphs(report.events));
  }

  if (evaluation) {
    const values = evaluation as unknown as Record<string, number>;
    const where = trained ? `on ${summary.testRows.toLocaleString('en')} held-out rows` : 'of the saved model on this table';
    const rows = Object.entries(NAMES)
      .filter(([key]) => key in values)
      .map(([key, name]) => {
        const digits = article && key === 'accuracy' ? values[key].toFixed(2) : number(values[key]);
        const baseline = key === 'accuracy' ? values.baselineAccuracy : key === 'rmse' ? values.baselineRmse : undefined;
        const beside =
          baseline === undefined ? '' : `always the ${key === 'rmse' ? 'mean' : 'larger class'}: ${number(baseline)}`;
        const folds = crossValidation ? `${number(crossValidation.mean[key])} ± ${number(crossValidation.std[key])}` : '';
        return crossValidation ? [name, digits, folds, beside] : [name, digits, beside];
      });
    const heading = crossValidation ? [['', '', `${crossValidation.folds} folds, mean ± deviation`, '']] : [];
    parts.push(`Evaluation ${where}\n${columns([...heading, ...rows], [1])}`);
  }

  const key = article ? 'weight' : 'mean';
  const shown = report.importances.slice(0, article ? undefined : MOST_BARS);
  const largest = Math.max(...shown.map((i) => Math.abs(i[key])));
  const rows = shown.map((i) => [
    plain(i.feature, 30),
    number(i[key]),
    article ? '' : `± ${number(i.std)}`,
    bar(article ? Math.abs(i[key]) : i[key], largest),
  ]);
  const what = article
    ? 'mean first-layer weight, a heuristic'
    : `drop of the ${NAMES[importanceMetric(target.task)]} when the feature is permuted`;
  const rest = report.importances.length - shown.length;
  parts.push(`Importance: ${what}\n${columns(rows, [1])}${rest > 0 ? `\n  and ${rest} more` : ''}`);

  const reasons = samples.toString();
  if (reasons) parts.push(`Reasons, the three strongest\n${reasons}`);

  const files = [
    report.output && report.output !== '-' ? `profiles in ${report.output}` : '',
    report.model ? `model in ${report.model}` : '',
  ];
  const where = files.filter(Boolean).join(', ');
  const { total, ...stages } = report.timings;
  const times = Object.entries(stages)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${seconds(value)}`);
  const { threads, build } = report.capabilities;
  parts.push(
    `${where ? `${where[0].toUpperCase()}${where.slice(1)}\n` : ''}${times.join(', ')}, total ${seconds(total)} (${threads} threads, ${build})`,
  );
  return `${parts.join('\n\n')}\n`;
}
