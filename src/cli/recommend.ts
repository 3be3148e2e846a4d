/** `cameo recommend` and `cameo similar`: answers from a saved model of events. */
import { Command } from 'commander';
import { errors } from '../errors.js';
import { formatOf } from '../io/pending-file.js';
import type { Recommendation, Recommender } from '../recommend/catalogue.js';
import { writeChosen } from './chosen.js';
import { readIds } from './ids.js';
import { openModel } from './open-model.js';
import { whole } from './options.js';
import { columns, plain } from './terminal.js';

interface Flags {
  model: string;
  n: number;
  json?: boolean;
}
interface RecommendFlags extends Flags {
  user?: string;
  users?: string;
  output?: string;
}

/** Users whose lists are printed at once. */
const AT_ONCE = 4096;

const common = (command: Command): Command =>
  command
    .requiredOption('--model <file>', 'what `cameo profile --events … --save` kept')
    .option('-n <N>', 'how many', whole(1, 100_000), 10);

export function recommendCommand(signal: AbortSignal): Command {
  return common(new Command('recommend'))
    .description('Items that users have not had, best first. Someone whom the model does not know gets what most users had.')
    .option('--user <id>', 'the user')
    .option('--users <file>', "user ids, one a line; '-' for standard input")
    .option('-o, --output <file>', 'lists of --users as .arrow, .jsonl, .csv (or .csv.gz) or .parquet instead of printing them')
    .option('--json', 'print a JSON object; with --users one a line')
    .action(async (flags: RecommendFlags) => {
      const { model, user, users, output, n, json } = flags;
      if ((user === undefined) === (users === undefined)) throw errors.invalid('Give either --user ID or --users FILE.');
      if (output !== undefined) {
        formatOf(output);
        if (users === undefined || json) throw errors.invalid('-o FILE goes with --users FILE, and without --json.');
      }
      const ids = users === undefined ? [user as string] : await readIds(users, signal);
      const profiler = await openModel(model);
      const { recommender } = profiler;
      if (output !== undefined) {
        return writeChosen(profiler, output, { users: ids, columns: ['recommendations'], n, signal });
      }
      for (let first = 0; first < ids.length; first += AT_ONCE) {
        const some = ids.slice(first, first + AT_ONCE);
        const lists = await recommender.recommend(some, { n, signal });
        const print = json ? lineOf : paragraphOf;
        process.stdout.write(some.map((id, i) => print(recommender, id, lists[i], users !== undefined)).join(''));
      }
    });
}

const lineOf = (recommender: Recommender, user: string, recommendations: Recommendation[]): string =>
  `${JSON.stringify({ user, known: recommender.knows(user), recommendations })}\n`;

function paragraphOf(recommender: Recommender, user: string, list: Recommendation[], named: boolean): string {
  const known = recommender.knows(user);
  const rows = list.map((r) => [
    r.score.toFixed(3),
    plain(r.item),
    plain(r.label ?? ''),
    known ? `because of ${r.because.map((i) => plain(i)).join(', ')}` : '',
  ]);
  const stranger = known ? '' : `not among the ${recommender.users.length} users of the model: what most users had`;
  const head = named ? `${plain(user)}${stranger && `, ${stranger}`}\n` : stranger && `This user is ${stranger}.\n`;
  return `${head}${columns(rows, [0])}\n`;
}

export function similarCommand(): Command {
  return common(new Command('similar').description('Items most like an item.'))
    .requiredOption('--item <id>', 'the item')
    .option('--json', 'print one JSON object')
    .action(async ({ model, item, n, json }: Flags & { item: string }) => {
      const similar = await (await openModel(model)).recommender.similar(item, n);
      const rows = similar.map((r) => [r.score.toFixed(3), plain(r.item), plain(r.label ?? '')]);
      process.stdout.write(json ? `${JSON.stringify({ item, similar })}\n` : `${columns(rows, [0])}\n`);
    });
}
