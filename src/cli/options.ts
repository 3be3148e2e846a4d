/** Options that commands share, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EFFORTS, type Effort } from '../effort.js';
import { createEngine } from '../engine/create.js';
import type { Engine } from '../engine/engine.js';
import type { ReadOptions } from '../io/read.js';
import type { Task } from '../metrics/index.js';
import { families } from '../models/index.js';
import type { Preset } from '../prepare/feature.js';
import type { ScoreOptions } from '../score/options.js';
import { type FamilyFlag, flagsOf } from './family-flags.js';

/** A whole number within bounds. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Expected a whole number from ${least}${most < 1e12 ? ` to ${most}` : ''}.`);
    }
    return value;
  };

export function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('Expected a number between 0 and 1.');
  return value;
}

/** A share as a number or in percent, above 0 and up to 1. */
function portion(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1) || Number.NaN) / 100 : Number(text || Number.NaN);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('Expected a share such as 0.05 or 5%.');
  return value;
}

const threads = (text: string): number | 'auto' => (text === 'auto' ? text : whole(0, 1024)(text));
export const names = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text.split(',').map((name) => name.trim()),
];

export interface EngineFlags {
  threads: number | 'auto';
  reproducible?: boolean;
  device: 'auto' | 'wasm' | 'webgpu';
}
export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
}
export interface FitFlags {
  target?: string[];
  id?: string;
  ignore?: string[];
  text?: string[];
  task?: Task;
  preset: Preset;
  seed: number;
  testSize: number;
  threshold?: number;
  cost?: string;
  recall?: number;
  top?: number;
  cv?: number;
  importance: boolean;
  sampleWeight?: string;
  classWeight?: 'balanced';
  effort: Effort;
  /** see familyOf */
  family?: string;
}

export interface ReadFlags {
  encoding?: string;
  delimiter?: string;
  decimal?: '.' | ',';
  onError: 'stop' | 'missing' | 'text';
  sheet?: string;
}

/** How the table is read where the file leaves doubt. */
export const withReading = (command: Command): Command =>
  command
    .option('--encoding <name>', 'of text that is not UTF-8: gbk, gb18030, big5, shift-jis, utf-16, latin-1, windows-1252, …')
    .option(
      '--delimiter <sign>',
      'between the cells of a CSV, or tab, comma, semicolon, pipe, space (default: seen from the file)',
    )
    .addOption(
      new Option(
        '--decimal <mark>',
        'the decimal mark where a column does not show it, as in 1.234 (default: seen from the file)',
      ).choices(['.', ',']),
    )
    .addOption(
      new Option(
        '--on-error <action>',
        'for a text in a column of numbers and the absent cells of a short row: stop, take them as missing, or take the column as text',
      )
        .choices(['stop', 'missing', 'text'])
        .default('stop'),
    )
    .option('--sheet <name>', 'of an Excel workbook: its name or number (default: the first)');

/** What the flags say about a table; a column that is no feature may be of text where nearly all is numbers. */
export const readOptions = (
  flags: ReadFlags & { id?: string; ignore?: string[]; text?: string[] },
  signal?: AbortSignal,
): ReadOptions => ({
  encoding: flags.encoding,
  delimiter: flags.delimiter,
  decimal: flags.decimal,
  onError: flags.onError,
  sheet: flags.sheet,
  lenient: [...(flags.id === undefined ? [] : [flags.id]), ...(flags.ignore ?? []), ...(flags.text ?? [])],
  signal,
});

export const withEngine = (command: Command): Command =>
  command
    .option('--threads <N|auto>', 'worker threads, no more than the machine runs at once; 0 for none', threads, 'auto')
    .addOption(
      new Option('--device <device>', 'what computes: auto takes a GPU for what it was measured to do faster')
        .choices(['auto', 'wasm', 'webgpu'])
        .default('auto'),
    )
    .option('--reproducible', 'the same bytes on every machine and version: fixed SIMD only');

export const withOutput = (command: Command): Command =>
  command.option('--json', 'print one JSON object instead of the summary').option('--quiet', 'no progress and no summary');

/** The options of the families that have a place on the command line. */
const FAMILY_FLAGS: FamilyFlag[] = Object.values(families).flatMap((family) => flagsOf(family));

/** What is predicted, and what is read for it. */
export const withColumns = (command: Command, targets: string): Command =>
  command
    .option(`--target <${targets}>`, TARGET[targets], names)
    .option('--id <column>', 'what names the user (default: the row number)')
    .option('--ignore <columns>', 'columns to leave out, separated by commas; may be repeated', names)
    .option(
      '--text <columns>',
      'columns of free text, separated by commas: what their words say of the target is a feature',
      names,
    )
    .addOption(
      new Option('--task <task>', 'default: what the target column holds').choices(['binary', 'multiclass', 'regression']),
    );
const TARGET: Readonly<Record<string, string>> = {
  columns: 'what to predict: two classes, several, or a number; several targets are separated by commas',
  column: 'what to predict: two classes, several, or a number',
};

export const withEffort = (command: Command): Command =>
  command.addOption(
    new Option(
      '--effort <effort>',
      'fast: one model of trees, and iALS to recommend; balanced: a blend, and the recommender that is best on later events; best: a blend whose options are searched too',
    )
      .choices(EFFORTS)
      .default('balanced'),
  );

export const withWeights = (command: Command): Command =>
  command
    .option('--sample-weight <column>', 'a column of numbers from 0 on: how much each row counts in learning')
    .addOption(
      new Option('--class-weight <weight>', 'balanced: all classes count the same, however few rows they have').choices([
        'balanced',
      ]),
    );

export const withSplit = (command: Command): Command =>
  command
    .option('--seed <N>', 'of the split, the weights and the batches', whole(0, 0xffffffff), 42)
    .option('--test-size <share>', 'share of the rows held out for evaluation', share, 0.2);

export function withFit(command: Command): Command {
  withColumns(command, 'columns').addOption(
    new Option('--preset <preset>', 'how features are prepared').choices(['default', 'article']).default('default'),
  );
  withWeights(withEffort(command))
    .option('--threshold <score>', 'of two classes: the score above which the last is predicted (default: 0.5)', share)
    .option(
      '--cost <miss:alarm>',
      'predict so that errors cost least: 10:1 where a missed positive costs 10 and a false alarm 1',
    )
    .option('--recall <share>', 'predict so that this share of the positives is found, such as 80%', portion)
    .option('--top <share>', 'predict the last class of the users with the highest scores, such as 5%', portion);
  withSplit(command)
    .option('--cv <K>', 'also cross-validate with K folds', whole(2, 1000))
    .option('--no-importance', 'do not measure how much each feature matters, which takes long on wide tables');
  for (const { option } of FAMILY_FLAGS) command.addOption(option());
  return command;
}

/** `--model` names a family of models to learn with, or the file of a saved one. */
export const familyOf = (model: string | undefined): string | undefined =>
  model !== undefined && Object.hasOwn(families, model) ? model : undefined;
export const FAMILIES = Object.keys(families).join(', ');

/** What the flags ask of the score; targets are names of columns of the table. A family's own flag asks for the family. */
export const scoreOptions = (flags: FitFlags): Omit<ScoreOptions, 'target'> => ({
  model: flags.family ?? FAMILY_FLAGS.find(({ flag }) => flags[flag as keyof FitFlags] !== undefined)?.family,
  effort: flags.effort,
  weight: flags.sampleWeight,
  classWeight: flags.classWeight,
  id: flags.id,
  ignore: flags.ignore ?? [],
  text: flags.text ?? [],
  task: flags.task,
  preset: flags.preset,
  seed: flags.seed,
  testSize: flags.testSize,
  threshold: flags.threshold,
  cost: flags.cost,
  recall: flags.recall,
  top: flags.top,
  folds: flags.cv ?? 0,
  importance: flags.importance,
  modelOptions: Object.fromEntries(
    FAMILY_FLAGS.map(({ flag, name }) => [name, flags[flag as keyof FitFlags]]).filter(([, value]) => value !== undefined),
  ),
});

export const startEngine = ({ threads, reproducible, device }: EngineFlags): Promise<Engine> =>
  createEngine({ threads, reproducible, device });
