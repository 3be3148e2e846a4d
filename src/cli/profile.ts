/** `cameo profile`: from a table of users to a file of profiles. */
import { Command } from 'commander';
import { errors } from '../errors.js';
import { withConfig } from './config.js';
import { type EventFlags, eventSummary, runEvents, withEvents } from './events.js';
import { type JobFlags, runJob } from './job.js';
import { withEngine, withFit, withOutput } from './options.js';
import { summaryOf } from './summary.js';

export function profileCommand(signal: AbortSignal): Command {
  const command = new Command('profile')
    .description('Train a model on a table of users, or take a saved one, and profile every user.')
    .argument('[input]', "a .csv, .json, .jsonl, .parquet or .arrow file, or '-' for an Arrow IPC stream on standard input")
    .option('--model <file>', 'profile with a saved model instead of training')
    .option('--save <file>', 'keep the trained model')
    .option('-o, --output <file>', "profiles as .arrow, .jsonl or .parquet, or '-' for an Arrow IPC stream on standard output");
  withConfig(withOutput(withEngine(withEvents(withFit(command)))));
  return command.action(async (input: string | undefined, flags: JobFlags & Partial<EventFlags>) => {
    if (flags.events !== undefined) {
      if (input !== undefined || flags.target !== undefined || flags.model !== undefined) {
        throw errors.invalid(
          '--events profiles from events alone; a table, --target and --model cannot be combined with it yet.',
        );
      }
      const report = await runEvents(flags as EventFlags, signal);
      if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else if (!flags.quiet) (flags.output === '-' ? process.stderr : process.stdout).write(eventSummary(report));
      return;
    }
    if (input === undefined) throw errors.invalid('Give a table to profile, or --events FILE.');
    const outcome = await runJob(input, flags, signal, true);
    if (flags.json) process.stdout.write(`${JSON.stringify(outcome.report)}\n`);
    else if (!flags.quiet) (flags.output === '-' ? process.stderr : process.stdout).write(summaryOf(outcome));
  });
}
