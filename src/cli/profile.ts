/** `cameo profile`: from a table of users, their events, or both, to a file of profiles. */
import { Command } from 'commander';
import { withConfig } from './config.js';
import { withEvents } from './events.js';
import type { JobFlags } from './job-flags.js';
import { say } from './link.js';
import { names, withEngine, withFit, withOutput, withReading } from './options.js';
import { print } from './terminal.js';

export function profileCommand(signal: AbortSignal): Command {
  const command = new Command('profile')
    .description('Train a model on a table of users, or take a saved one, and profile every user.')
    .argument(
      '[input]',
      "a .csv, .json, .jsonl, .parquet, .arrow or .xlsx file, a pipe, or '-' for an Arrow IPC stream on standard input",
    )
    .option('--model <file>', 'profile with a saved model instead of training')
    .option('--attributes <columns>', 'columns of the table that the profiles carry as they are, separated by commas', names)
    .option('--save <file>', 'keep the trained model')
    .option(
      '-o, --output <file>',
      "profiles as .arrow, .jsonl, .csv (or .csv.gz) or .parquet, or '-' for an Arrow IPC stream on standard output",
    );
  withConfig(withOutput(withEngine(withEvents(withReading(withFit(command))))));
  return command.action(async (input: string | undefined, flags: JobFlags) => {
    const { runJob } = await import('./job.js');
    const { summaryOf } = await import('./summary.js');
    const outcome = await runJob(input, flags, signal, true);
    if (flags.json) process.stdout.write(`${JSON.stringify(outcome.report)}\n`);
    else if (!flags.quiet && flags.output === '-') say(summaryOf(outcome).trimEnd());
    else if (!flags.quiet) print(summaryOf(outcome));
  });
}
