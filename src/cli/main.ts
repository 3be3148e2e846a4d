#!/usr/bin/env node
/**
 * The command. Each subcommand stands in a file of its own; here is what they share: the exit codes (0 done, 1 a bug of
 * ours, 2 something that the caller can mend, 130 stopped), errors on standard error, and Ctrl-C.
 */
import { Command, CommanderError } from 'commander';
import '../node.js';
import { CameoError } from '../errors.js';
import { version } from '../version.js';
import { audienceCommand } from './audience.js';
import { benchCommand } from './bench.js';
import { describeCommand } from './describe.js';
import { doctorCommand } from './doctor.js';
import { fitCommand } from './fit.js';
import { inspectCommand } from './inspect.js';
import { profileCommand } from './profile.js';
import { recommendCommand, similarCommand } from './recommend.js';

const controller = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // A second signal ends the process at once: what is half-written has a name of its own, which nobody reads.
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  });
}
// Whoever reads our output may stop reading, as `head` does: that is no error.
let unread = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') return;
  unread = true;
  controller.abort();
});

const program = new Command('cameo')
  .description('User profiles for e-commerce: attributes, predictions, and the reasons behind each.')
  .version(version)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .showSuggestionAfterError()
  .addHelpText('after', '\nExample:\n  cameo profile shoppers.csv --target Revenue --save shop.cameo -o profiles.arrow');
for (const command of [
  profileCommand,
  fitCommand,
  recommendCommand,
  similarCommand,
  audienceCommand,
  describeCommand,
  inspectCommand,
  doctorCommand,
  benchCommand,
]) {
  program.addCommand(command(controller.signal).exitOverride());
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its message.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (unread) {
    process.exitCode = 0;
  } else if (controller.signal.aborted) {
    process.stderr.write('\nStopped. Nothing was written.\n');
    process.exitCode = 130;
  } else if (error instanceof CameoError) {
    process.stderr.write(`cameo: ${error.message}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write(`cameo: a bug of cameo's, please report it: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  }
}
