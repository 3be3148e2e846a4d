/** `cameo fit`: train a model and keep it. */
import { Command } from 'commander';
import { errors } from '../errors.js';
import { withConfig } from './config.js';
import { withEvents } from './events.js';
import type { JobFlags } from './job-flags.js';
import { withEngine, withFit, withOutput, withReading } from './options.js';
import { print } from './terminal.js';

export function fitCommand(signal: AbortSignal): Command {
  const command = new Command('fit')
    .description('Train a model on a table of users, on their events, or on both, evaluate it and save it.')
    .argument(
      '[input]',
      "a .csv, .json, .jsonl, .parquet, .arrow or .xlsx file, a pipe, or '-' for an Arrow IPC stream on standard input",
    )
    .option('--save <file>', 'where the model goes (required)');
  withConfig(withOutput(withEngine(withEvents(withReading(withFit(command))))));
  return command.action(async (input: string | undefined, flags: JobFlags) => {
    if (input !== undefined && flags.target === undefined)
      throw errors.invalid('Give --target COLUMN: what the model shall predict.');
    if (flags.save === undefined) throw errors.invalid('Give --save FILE: where the model goes.');
    const { runJob } = await import('./job.js');
    const { summaryOf } = await import('./summary.js');
    const outcome = await runJob(input, flags, signal, false);
    if (flags.json) process.stdout.write(`${JSON.stringify(outcome.report)}\n`);
    else if (!flags.quiet) print(summaryOf(outcome));
  });
}
