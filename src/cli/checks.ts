/** What can be refused before any work starts: flags that do not go together, files that are named twice or cannot be read. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errors } from '../errors.js';
import { formatOf } from '../io/pending-file.js';
import { ruleOf } from '../score/decisions.js';
import { eventLogOf } from './events.js';
import type { JobFlags } from './job-flags.js';

/** @param input a file, '-' for standard input, undefined for a job of events alone */
export async function checkFlags(input: string | undefined, flags: JobFlags): Promise<void> {
  if (input === undefined) checkEventsAlone(flags);
  else checkTable(flags);
  const { model, save, output } = flags;
  if (output === '-' && flags.json)
    throw errors.invalid('--json and -o - both write to standard output. Leave one of them out.');
  if (output !== undefined && output !== '-') formatOf(output);
  const places = [input, model, save, output].filter((path): path is string => path !== undefined && path !== '-');
  const twice = places.map((path) => resolve(path)).find((path, i, all) => all.indexOf(path) !== i);
  if (twice !== undefined) throw errors.invalid(`'${twice}' is named twice: input, model and output must be different files.`);
  if (input !== undefined && input !== '-') await stat(input).catch((cause) => Promise.reject(errors.fileRead(input, cause)));
}

/** The flags that say what the threshold is. */
const RULES = ['threshold', 'cost', 'recall', 'top'] as const;

function checkEventsAlone(flags: JobFlags): void {
  if (flags.events === undefined) throw errors.invalid('Give a table to profile, or --events FILE.');
  const alone = (['target', 'model', 'attributes', ...RULES] as const).find((name) => flags[name] !== undefined);
  if (alone) throw errors.invalid(`--${alone} goes with a table of users: name its file, or leave --${alone} out.`);
  eventLogOf(flags);
}

function checkTable(flags: JobFlags): void {
  const { model, save, target, id } = flags;
  if (!model && target === undefined)
    throw errors.invalid('Give --target COLUMN to train on, or --model FILE to profile with.');
  if (model && save)
    throw errors.invalid('--save keeps a model that is trained; with --model there is none. Leave one of them out.');
  ruleOf(flags);
  const rule = RULES.find((name) => flags[name] !== undefined);
  if (model && rule)
    throw errors.invalid(`--${rule} is found in training, and --model ${model} keeps its own. Leave one of them out.`);
  if (flags.events === undefined) return;
  const log = eventLogOf(flags);
  if (model) return;
  if (id === undefined)
    throw errors.invalid(
      'A table and --events meet by the user: give --id COLUMN, the column of the table that names the user.',
    );
  // Otherwise what a user did after the target was decided would tell what it was.
  if (log.asOf === undefined)
    throw errors.invalid(
      'Training on events needs --as-of TIME: the moment of prediction, from which on no event is looked at.',
    );
}
