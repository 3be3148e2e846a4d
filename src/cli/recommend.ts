/** `cameo recommend` and `cameo similar`: answers from a saved model of events. */
import { Command } from 'commander';
import { errors } from '../errors.js';
import { openModel } from './open-model.js';
import { whole } from './options.js';
import { columns, plain } from './terminal.js';

interface Flags {
  model: string;
  user: string;
  item: string;
  n: number;
  json?: boolean;
}

const common = (command: Command): Command =>
  command
    .requiredOption('--model <file>', 'what `cameo profile --events … --save` kept')
    .option('-n <N>', 'how many', whole(1, 100_000), 10)
    .option('--json', 'print one JSON object');

export function recommendCommand(): Command {
  return common(new Command('recommend').description('Items that a user has not had, best first.'))
    .requiredOption('--user <id>', 'the user')
    .action(async ({ model, user, n, json }: Flags) => {
      const { recommender } = await openModel(model);
      if (!recommender.knows(user)) {
        throw errors.invalid(`This user is not among the ${recommender.users.length} users that the model was fitted on.`);
      }
      const [recommendations] = await recommender.recommend([user], { n });
      const rows = recommendations.map((r) => [
        r.score.toFixed(3),
        plain(r.item),
        plain(r.label ?? ''),
        `because of ${r.because.map((i) => plain(i)).join(', ')}`,
      ]);
      process.stdout.write(json ? `${JSON.stringify({ user, recommendations })}\n` : `${columns(rows, [0])}\n`);
    });
}

export function similarCommand(): Command {
  return common(new Command('similar').description('Items most like an item.'))
    .requiredOption('--item <id>', 'the item')
    .action(async ({ model, item, n, json }: Flags) => {
      const similar = await (await openModel(model)).recommender.similar(item, n);
      const rows = similar.map((r) => [r.score.toFixed(3), plain(r.item), plain(r.label ?? '')]);
      process.stdout.write(json ? `${JSON.stringify({ item, similar })}\n` : `${columns(rows, [0])}\n`);
    });
}
