/** `cameo tune`: searches families, options and columns, or recommenders, for what is best on this table or log. */
import { Command } from 'commander';
import { withConfig } from './config.js';
import { withLog } from './events.js';
import {
  names,
  whole,
  withColumns,
  withEffort,
  withEngine,
  withOutput,
  withReading,
  withSplit,
  withWeights,
} from './options.js';
import type { TuneFlags } from './tune-flags.js';

const TIME = 'how long is searched, such as 90s, 10m or 1h; with --events the column of the events that says when';

export function tuneCommand(signal: AbortSignal): Command {
  const command = new Command('tune')
    .description(
      'Search families of models, their options and columns, or recommenders, for what is best on this table or log; Ctrl-C keeps what was found.',
    )
    .argument(
      '[input]',
      "a .csv, .json, .jsonl, .parquet, .arrow or .xlsx file, a pipe, or '-' for an Arrow IPC stream on standard input",
    )
    .option('--trials <N>', 'how many are tried beside the default', whole(1, 1_000_000))
    .option('--budget <duration>', 'how long is searched, such as 90s, 10m or 1h; without --events also --time')
    .option('--metric <name>', 'what the best is best by (default: logLoss, of numbers rmse, of recommendations ndcg)')
    .option('--families <names>', 'what is tried: families of models, or recommenders (default: all that suit)', names)
    .option(
      '--folds <K>',
      'folds of the training rows that trials are compared on (default: by the number of rows)',
      whole(2, 1000),
    )
    .option('--journal <file>', 'JSON Lines of what was tried, from which a later search goes on')
    .option('--save <file>', 'keep the best, fitted');
  withSplit(withWeights(withEffort(withColumns(command, 'column'))));
  withConfig(withOutput(withEngine(withLog(withReading(command), TIME))));
  return command.action(async (input: string | undefined, flags: TuneFlags) => {
    const { runTune } = await import('./tune-job.js');
    await runTune(input, flags, signal);
  });
}
