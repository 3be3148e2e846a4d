/**
 * The command's second thread, which works. Each subcommand stands in a file of its own; here is what they share: exit codes, and errors
 * as one line for people. main.ts says what becomes of signals.
 */
import { Command, CommanderError } from 'commander';
import '../node.js';
import { CameoError } from '../errors.js';
import { onDatabases } from '../io/duckdb.js';
import { onTemporary } from '../io/temporary.js';
import { version } from '../version.js';
import { audienceCommand } from './audience.js';
import { benchCommand } from './bench.js';
import { describeCommand } from './describe.js';
import { doctorCommand } from './doctor.js';
import { fitCommand } from './fit.js';
import { inspectCommand } from './inspect.js';
import { onStop, say, tellDatabases, tellTemporary } from './link.js';
import { profileCommand } from './profile.js';
import { recommendCommand, similarCommand } from './recommend.js';
import { printed, takeStandardOutput } from './standard-output.js';
import { tuneCommand } from './tune.js';

const controller = new AbortController();
onStop(() => controller.abort());
onTemporary(tellTemporary);
onDatabases(tellDatabases);
let unread = false;
takeStandardOutput(() => {
  unread = true;
  controller.abort();
});

const program = new Command('cameo')
  .description('User profiles for e-commerce: attributes, predictions, and the reasons behind each.')
  .version(version)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true, minWidthToWrap: 16 })
  .configureOutput({ outputError: (text) => say(`cameo: ${sentence(text)}`), writeErr: (text) => say(text.trimEnd()) })
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    '\nExample:\n  cameo profile shoppers.csv --target Revenue \\\n    --save shop.cameo -o profiles.arrow',
  );
for (const command of [
  profileCommand,
  fitCommand,
  tuneCommand,
  recommendCommand,
  similarCommand,
  audienceCommand,
  describeCommand,
  inspectCommand,
  doctorCommand,
  benchCommand,
]) {
  program.addCommand(command(controller.signal).copyInheritedSettings(program));
}

/** Commander's message in the style of ours: "error: unknown option '--tagret'\n(Did you mean --target?)". */
function sentence(text: string): string {
  const [first, ...more] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\((.*)\)$/, '$1'));
  return [`${first[0].toUpperCase()}${first.slice(1).replace(/(?<![.?!])$/, '.')}`, ...more].join(' ');
}

/** The exit code of what went wrong; says what that was, where it was not said. */
function failed(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (unread) return 0;
  if (controller.signal.aborted) return 130; // main.ts knows the signal
  if (error instanceof CameoError) {
    say(`cameo: ${error.message}`);
    return 2;
  }
  say(`cameo: a bug of cameo's, please report it: ${error instanceof Error ? error.stack : error}`);
  return 1;
}

process.exitCode = await program.parseAsync().then(() => 0, failed);
// An answer that nobody can read is no answer.
await printed().catch((error) => {
  process.exitCode ||= failed(error);
});
