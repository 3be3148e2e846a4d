/** A description for the terminal: a line for each column, with its distribution as bars. */
import type { ColumnDescription, Description } from '../score/describe.js';
import {
  associationText,
  count,
  measuresText,
  overview,
  percent,
  useText,
  valueText,
  withheldText,
} from './describe-values.js';
import { columns, plain } from './terminal.js';
import { warningParagraph } from './warnings.js';

const EIGHTHS = '▁▂▃▄▅▆▇█';

/** Bars of one line: none for nothing, the lowest for little. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(...counts);
  return counts.map((n) => (n === 0 ? ' ' : EIGHTHS[Math.min(7, Math.floor((8 * n) / most))])).join('');
}

function line(column: ColumnDescription, rows: number): string[] {
  const { name, type, missing, distinct, numbers, values, association } = column;
  const bars = numbers ? numbers.histogram.map((bin) => bin.count) : (values?.map((value) => value.count) ?? []);
  const at = (value: number) => valueText(type, value);
  const known = rows - (missing ?? 0);
  const what = numbers
    ? `${at(numbers.least)} … ${at(numbers.median)} … ${at(numbers.most)}`
    : (values ?? [])
        .slice(0, 3)
        .map(({ value, count: n }) => `${plain(value, 16)} ${percent(n, known)}`)
        .join(', ');
  return [
    plain(name, 30),
    useText(column),
    missing ? percent(missing, rows) : '',
    distinct === null ? '' : count(distinct),
    association ? associationText(association) : '',
    bars.length > 0 ? sparkline(bars) : '',
    what,
  ];
}

/** @param page where the page is, if one was written */
export function descriptionText(description: Description, name: string, page?: string): string {
  const { rows, reading, warnings } = description;
  const head = [
    'column',
    'used as',
    'missing',
    'distinct',
    description.target ? 'with target' : '',
    'distribution',
    'least … median … most',
  ];
  const paragraphs = [
    `${plain(name, 100)}: ${overview(description)
      .map((text) => plain(text, 200))
      .join('; ')}`,
    columns([head, ...description.columns.map((column) => line(column, rows))], [2, 3, 4]),
    [...measuresText(description), withheldText(description)].map((text) => plain(text, 300)).join('\n'),
  ];
  if (reading.length > 0)
    paragraphs.push(
      `Reading\n${columns(reading.map(({ column, message }) => [column === null ? 'the file' : plain(column, 30), message]))}`,
    );
  if (warnings.length > 0) paragraphs.push(warningParagraph(warnings));
  if (page !== undefined) paragraphs.push(`Page in ${page}`);
  return `${paragraphs.join('\n\n')}\n`;
}
