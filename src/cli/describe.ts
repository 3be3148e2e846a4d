/** `cameo describe`: what stands in a table, and what `profile` would make of it. */
import { basename, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { errors } from '../errors.js';
import { PendingFile } from '../io/pending-file.js';
import { readTable } from '../io/read.js';
import type { Progress } from '../progress.js';
import { describeTable } from '../score/describe.js';
import { tellWritten } from './link.js';
import { names, type ReadFlags, readOptions, share, whole, withReading } from './options.js';
import { Stages } from './stages.js';
import { readTableWhole } from './standard-input.js';
import { print } from './terminal.js';

interface Flags extends ReadFlags {
  target?: string;
  id?: string;
  ignore?: string[];
  task?: 'binary' | 'multiclass' | 'regression';
  seed: number;
  testSize: number;
  html?: string;
  json?: boolean;
  quiet?: boolean;
}

export function describeCommand(signal: AbortSignal): Command {
  const command = new Command('describe')
    .description(
      'Describe the columns of a table as profile would use them: values, distribution, what is left out and why. ' +
        'Values of identifiers, free text and ignored columns, and those of few rows, are not shown.',
    )
    .argument(
      '<input>',
      "a .csv, .json, .jsonl, .parquet, .arrow or .xlsx file, a pipe, or '-' for an Arrow IPC stream on standard input",
    )
    .option('--target <column>', 'what shall be predicted: how each column goes together with it')
    .option('--id <column>', 'what names the user')
    .option('--ignore <columns>', 'columns to leave out, separated by commas; may be repeated', names)
    .addOption(
      new Option('--task <task>', 'default: what the target column holds').choices(['binary', 'multiclass', 'regression']),
    )
    .option('--seed <N>', 'of the split, as in profile', whole(0, 0xffffffff), 42)
    .option('--test-size <share>', 'share of the rows that profile would hold out', share, 0.2)
    .option('--html <file>', 'write a page, one file that needs nothing else')
    .option('--json', 'print one JSON object instead of the text')
    .option('--quiet', 'print nothing');
  return withReading(command).action(async (input: string, flags: Flags) => {
    const { html, json, quiet, target, id, ignore = [], task, seed, testSize } = flags;
    if (html !== undefined && input !== '-' && resolve(html) === resolve(input))
      throw errors.invalid(`'${html}' is named twice: input and page must be different files.`);
    await using page = html === undefined ? undefined : await PendingFile.create(html);
    const stages = new Stages(Boolean(json || quiet));
    const onProgress = (progress: Progress) => stages.show(progress);
    const reading = input === '-' ? readTableWhole(signal) : readTable(input, { ...readOptions(flags, signal), onProgress });
    const table = await reading.finally(() => stages.clear());
    if (signal.aborted) throw errors.aborted();
    const description = describeTable(table, { target, id, ignore, task, seed, testSize });
    const name = input === '-' ? 'standard input' : basename(input);
    if (page) {
      const { pageOf } = await import('./describe-page.js');
      await page.write(new TextEncoder().encode(pageOf(description, name)));
      await page.commit();
      tellWritten();
    }
    const { descriptionText } = await import('./describe-text.js');
    if (json) process.stdout.write(`${JSON.stringify(description)}\n`);
    else if (!quiet) print(descriptionText(description, name, html));
  });
}
