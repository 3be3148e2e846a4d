/** `--events`: the options of an event log. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { errors } from '../errors.js';
import type { EventLog } from '../io/event-log.js';
import { names, whole } from './options.js';

export interface EventFlags {
  events?: string;
  query?: string;
  user?: string;
  item?: string;
  time?: string;
  value?: string;
  label?: string;
  where?: string;
  cancelled?: string;
  distinct?: boolean;
  orders?: string;
  weight?: string;
  rating?: string;
  price?: string;
  prefer?: string[];
  asOf?: string;
  halfLife?: number;
  recommendations: number;
  evaluate?: boolean;
  split: 'last' | 'random';
  negatives: number;
}

function days(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1e6)) throw new InvalidArgumentError('Expected a number of days above 0.');
  return value;
}

export const withEvents = (command: Command): Command =>
  command
    .option(
      '--events <source>',
      'a log of events: .csv, .json, .jsonl (each also .gz), .parquet, a glob of such files, a .duckdb file, or postgres://…',
    )
    .option('--query <sql>', 'of a database of events: what gives them')
    .option('--user <column>', 'of the events: who')
    .option('--item <column>', 'of the events: what')
    .option('--time <column>', 'of the events: when')
    .option('--value <expression>', "of the events: worth, as SQL, such as 'Quantity * UnitPrice'")
    .option('--label <column>', 'of the events: the name of the item')
    .option('--where <condition>', 'of the events: which count, as SQL')
    .option('--cancelled <condition>', 'of the events: which are cancelled orders, as SQL; they are left out')
    .option('--distinct', 'of the events: rows that are alike in every column count once')
    .option('--orders <condition>', 'of the events: which are orders, the others being views, as SQL (default: all)')
    .option('--weight <expression>', 'of the events: how much each tells of taste, as SQL (default: 1)')
    .option('--rating <expression>', 'of the events: how the user rated the item, as SQL; recommends by predicted ratings')
    .option('--price <expression>', 'of the events: price of a piece, as SQL; adds price bands to the preferences')
    .option('--prefer <columns>', 'of the events: what users may prefer, such as a category; separated by commas', names)
    .option(
      '--as-of <time>',
      'the moment that recency counts back from; events from then on are left out (default: the last event)',
    )
    .option('--half-life <days>', 'age at which an event counts half for recommendations', days)
    .option('--evaluate', 'also measure the recommendations of events on what was held out')
    .addOption(
      new Option('--split <split>', 'what --evaluate holds out: last orders, or pairs at random')
        .choices(['last', 'random'])
        .default('last'),
    )
    .option('--negatives <N>', '--evaluate ranks against this many sampled items (0: against all)', whole(0, 1_000_000), 0)
    .option('--recommendations <N>', 'items recommended to each user', whole(1, 1000), 10);

/** The log that the options describe. */
export function eventLogOf(flags: EventFlags): EventLog {
  const { events: path, user, item, time, query, value, label, where, cancelled, distinct, orders } = flags;
  const { weight, rating, price, asOf, prefer: fields } = flags;
  if (path === undefined || user === undefined || item === undefined || time === undefined) {
    throw errors.invalid('--events needs --user, --item and --time: the columns that say who, what and when.');
  }
  const expressions = { value, where, cancelled, orders, weight, rating, price };
  return { path, user, item, time, query, label, distinct, asOf, fields, ...expressions };
}
