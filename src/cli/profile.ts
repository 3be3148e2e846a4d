/** `cameo profile`: from a table of users to a file of profiles. */
import { Command } from 'commander';
import { type JobFlags, runJob } from './job.js';
import { withEngine, withFit, withOutput } from './options.js';
import { summaryOf } from './summary.js';

export function profileCommand(signal: AbortSignal): Command {
  const command = new Command('profile')
    .description('Train a model on a table of users, or take a saved one, and profile every user.')
    .argument('<input>', "a .csv, .json, .jsonl, .parquet or .arrow file, or '-' for an Arrow IPC stream on standard input")
    .option('--model <file>', 'profile with a saved model instead of training')
    .option('--save <file>', 'keep the trained model')
    .option('-o, --output <file>', "profiles as .arrow, .jsonl or .parquet, or '-' for an Arrow IPC stream on standard output");
  withOutput(withEngine(withFit(command)));
  return command.action(async (input: string, flags: JobFlags) => {
    const outcome = await runJob(input, flags, signal, true);
    if (flags.json) process.stdout.write(`${JSON.stringify(outcome.report)}\n`);
    else if (!flags.quiet) (flags.output === '-' ? process.stderr : process.stdout).write(summaryOf(outcome));
  });
}
