/** `cameo inspect`: what is in a model or a profile file. */
import { createReadStream } from 'node:fs';
import { Command } from 'commander';
import { CameoError } from '../errors.js';
import { dateText } from '../events/time.js';
import { readWhole } from '../io/bytes.js';
import { formatByName } from '../io/input.js';
import { readTable } from '../io/read.js';
import { readArrowMetadata } from '../io/read-arrow.js';
import { DateFeature } from '../prepare/date.js';
import { type ModelFile, readModelFile } from '../profile/model-file.js';
import { DATE_PARTS } from '../programs/encoders/date.js';
import type { Score } from '../score/score.js';
import type { Table } from '../table/table.js';
import { columns, plain, print } from './terminal.js';

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Describe a model or a file of profiles.')
    .argument('<file>', 'a model, or a table such as profiles: .arrow, .jsonl, .csv, .csv.gz or .parquet')
    .option('--json', 'print one JSON object')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const description = formatByName(path) ? await describeProfiles(path) : await describeModel(path);
      if (json) process.stdout.write(`${JSON.stringify(description)}\n`);
      else print(textOf(description));
    });
}

/** What is in a model: each score by itself, in the form of a single one where there is no more. */
async function describeModel(path: string) {
  const bytes = await readWhole(path);
  const { scores, others } = await readModelFile(bytes);
  const described = scores.map(describeScore);
  const events = others.length > 0 ? { events: others.map(describePart) } : {};
  const whole = described.length === 1 ? described[0] : { scores: described };
  return { kind: 'model', bytes: bytes.length, ...whole, ...events };
}

function describeScore({ target, id, features, model, base, summary }: Score) {
  const numbers = features.list.filter(({ raw }) => raw === 'f32');
  const categories = features.list.filter(({ raw }) => raw === 'i32');
  const dates = features.list.filter((feature) => feature instanceof DateFeature);
  return {
    target: { name: target.name, task: target.task, classes: target.classes },
    id: id ?? null,
    numbers: numbers.map(({ name }) => name),
    categories: categories.map(({ name, labels }) => ({ name, labels })),
    dates: dates.map(({ name, moment, parts }) => ({
      name,
      asOf: dateText(moment * 60_000),
      parts: parts.map((part) => DATE_PARTS[part]),
    })),
    family: model.family,
    ...model.facts,
    inputs: model.inputs,
    outputs: model.outputs,
    base,
    summary,
  };
}

function describePart({ kind, part }: ModelFile['others'][number]) {
  const tensors = Object.entries(part.tensors).map(([name, { shape }]) => `${name}[${shape}]`);
  return { kind, tensors: tensors.join(' ') };
}

async function describeProfiles(path: string) {
  // An audience may be nobody.
  const table: Table = await readTable(path, { onError: 'text' }).catch((error) =>
    error instanceof CameoError && error.code === 'data' ? { rows: 0, columns: [] } : Promise.reject(error),
  );
  const metadata = formatByName(path) === 'arrow' ? await readArrowMetadata(createReadStream(path), path) : {};
  // Such as recommendations: lists, of which no column is made.
  const others = table.leftOut ? { others: table.leftOut } : {};
  return { kind: 'profiles', rows: table.rows, columns: table.columns.map(describeColumn), ...others, metadata };
}

function describeColumn(column: Table['columns'][number]) {
  const { name, kind } = column;
  if (kind === 'category') {
    const missing = column.codes.reduce((n, code) => n + Number(code < 0), 0);
    return { name, kind, missing, distinct: column.categories.length };
  }
  const values = column.values.filter((v) => !Number.isNaN(v)).sort();
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? null;
  const missing = column.values.length - values.length;
  return { name, kind, missing, min: at(0), median: at(0.5), max: at(1) };
}

/** A description, key by key; lists of objects as aligned rows. */
function textOf(description: object): string {
  const cell = (value: unknown): string => {
    if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(5)));
    if (Array.isArray(value)) return plain(value.map(cell).join(', '), 100);
    if (value !== null && typeof value === 'object') {
      return Object.entries(value)
        .map(([key, inner]) => `${key} ${cell(inner)}`)
        .join(', ');
    }
    return plain(String(value), 100);
  };
  const lines = (value: object): string =>
    Object.entries(value)
      .map(([key, inner]) => {
        const list = Array.isArray(inner) && inner.length > 0 && typeof inner[0] === 'object';
        if (list) return `${key}\n${columns(inner.map((row) => Object.values(row).map(cell)))}`;
        if (key === 'summary') return `summary\n${lines(inner).replaceAll(/^/gm, '  ')}`;
        return `${key}: ${cell(inner)}`;
      })
      .join('\n');
  return `${lines(description)}\n`;
}
