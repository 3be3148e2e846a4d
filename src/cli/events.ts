/** `--events`: the options of an event log. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { errors } from '../errors.js';
import type { EventLog } from '../io/event-log.js';
import { RECOMMENDERS } from '../recommend/names.js';
import { names, whole } from './options.js';
import { wrap } from './text.js';

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
  encoding?: string;
  orders?: string;
  weight?: string;
  rating?: string;
  price?: string;
  prefer?: string[];
  asOf?: string;
  halfLife?: number;
  recommender?: string;
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

export const TRUST =
  'An SQL expression computes from the columns and does nothing else, whoever writes it. Who names files, addresses and --query ' +
  'acts with the rights of this process: docs/security.md says who may be trusted with which option.';

/** What says which log, and what its columns hold. */
export const withLog = (command: Command, time = 'of the events: when'): Command =>
  command
    .option(
      '--events <source>',
      'a log of events: .csv, .json, .jsonl (each also .gz), .parquet, a glob of such files, a .duckdb file, or postgres://…',
    )
    .option('--query <sql>', 'of a database of events: what gives them, any SQL that reads; trust who writes it')
    .option('--user <column>', 'of the events: who')
    .option('--item <column>', 'of the events: what; without it nothing is recommended')
    .option('--time <column>', time)
    .option('--value <expression>', "of the events: worth, an SQL expression over their columns such as 'Quantity * UnitPrice'")
    .option('--label <column>', 'of the events: the name of the item')
    .option('--where <condition>', 'of the events: which count, an SQL expression')
    .option('--cancelled <condition>', 'of the events: which are cancelled orders, an SQL expression; they are left out')
    .option('--distinct', 'of the events: rows that are alike in every column count once')
    .option('--orders <condition>', 'of the events: which are orders, the others being views, an SQL expression (default: all)')
    .option('--weight <expression>', 'of the events: how much each tells of taste, an SQL expression (default: 1)')
    .option(
      '--rating <expression>',
      'of the events: how the user rated the item, an SQL expression; recommends by predicted ratings',
    )
    .option('--price <expression>', 'of the events: price of a piece, an SQL expression; adds price bands to the preferences')
    .option('--prefer <columns>', 'of the events: what users may prefer, such as a category; separated by commas', names)
    .option(
      '--as-of <time>',
      'the moment that recency and dates count back from; events from then on are left out (default: the last event, the latest date)',
    )
    .option('--half-life <days>', 'age at which an event counts half for recommendations', days)
    .addHelpText('after', () => `\n${wrap(TRUST, process.stdout.columns || 80)}`);

export const withEvents = (command: Command): Command =>
  withLog(command)
    .addOption(
      new Option(
        '--recommender <name>',
        'how to recommend; auto compares them on the later events of this log and takes the best (default: auto)',
      ).choices(['auto', ...RECOMMENDERS]),
    )
    .option('--evaluate', 'also measure the recommendations of events on what was held out')
    .addOption(
      new Option('--split <split>', 'what --evaluate holds out: last orders, or pairs at random')
        .choices(['last', 'random'])
        .default('last'),
    )
    .option('--negatives <N>', '--evaluate ranks against this many sampled items (0: against all)', whole(0, 1_000_000), 0)
    .option('--recommendations <N>', 'items recommended to each user', whole(1, 1000), 10);

const ABOUT_ITEMS = ['label', 'weight', 'rating', 'halfLife', 'recommender', 'evaluate'] as const;

/** The log that the options describe. */
export function eventLogOf(flags: EventFlags): EventLog {
  const { events: path, user, item, time, query, value, label, where, cancelled, distinct, orders } = flags;
  const { weight, rating, price, asOf, encoding, prefer: fields } = flags;
  if (path === undefined || user === undefined || time === undefined) {
    throw errors.invalid('--events needs --user and --time, the columns that say who and when; --item says what.');
  }
  const vain = item === undefined ? ABOUT_ITEMS.find((name) => flags[name] !== undefined) : undefined;
  if (vain) {
    const flag = `--${vain === 'halfLife' ? 'half-life' : vain}`;
    throw errors.invalid(`${flag} is about items: give --item COLUMN, or leave ${flag} out.`);
  }
  const expressions = { value, where, cancelled, orders, weight, rating, price };
  return { path, user, item, time, query, label, distinct, asOf, fields, encoding, ...expressions };
}
