/**
 * One job: from a table of users, their events, or both, to fitted sections. What users did becomes features of the table's rows beside its
 * own columns; then scores are learnt, and what to recommend.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type Behaviour, behaviourOf } from '../events/behaviour.js';
import { joinBehaviour } from '../events/features.js';
import { checked } from '../options.js';
import { checkTable } from '../prepare/columns.js';
import { fitScores } from '../score/fit.js';
import { checkScoreOptions, type ScoreOptions } from '../score/options.js';
import { columnOf } from '../table/columns.js';
import type { Section } from '../table/section.js';
import { kindOf } from '../wording.js';
import { sectionsOfScores } from './model-file.js';
import { FIT_OPTIONS, type FitData, type FitOptions, TABLE_NAMES } from './options.js';

/** @throws CameoError 'argument' for options that do not suit the data; see Profiler.fit */
export async function fitSections(engine: Engine, data: FitData, given: FitOptions): Promise<Section[]> {
  checked(FIT_OPTIONS, given);
  if (typeof data !== 'object' || data === null) throw errors.shape('Data', '{ table }, { events } or both', kindOf(data));
  const { table, events } = data;
  const { signal, onProgress, onWarning: _, recommender, recommenderOptions, effort, halfLife, ...scoring } = given;
  checkData(data, scoring);
  const run = { signal, onProgress };
  const asked = { recommender, recommenderOptions, effort, halfLife, seed: given.seed };
  // The moment of prediction is the same for dates and events.
  const asOf = scoring.asOf ?? (events?.asOfGiven ? events.asOf : undefined);
  const options = table && checkScoreOptions({ ...scoring, effort, asOf } as ScoreOptions);
  // Recommending is loaded where there are events.
  const ofEvents = events && (await import('./fit-events.js'));
  if (events) ofEvents?.checkEventOptions(events, asked);
  let whole = table;
  let behaviour: Behaviour | undefined;
  if (events) {
    onProgress?.({ stage: 'events', done: 0, total: 0 });
    behaviour = behaviourOf(events);
    if (table && options?.id !== undefined) {
      const joined = joinBehaviour(table, options.id, behaviour);
      if (joined.matched === 0) throw errors.noCommonUsers(options.id, table.rows, behaviour.users.length);
      whole = joined.table;
    }
  }
  const scores = whole && options ? await fitScores(engine, whole, options, { ...run, joined: whole !== table }) : [];
  const learnt = ofEvents && behaviour ? await ofEvents.fitEvents(engine, events, asked, run, behaviour) : [];
  return [...sectionsOfScores(engine, scores), ...learnt];
}

/** What is wanted must be there, and what is there must be wanted. */
export function checkData(
  { table, events, ...rest }: FitData,
  { target, id, ...others }: Omit<ScoreOptions, 'target'> & { target?: unknown },
) {
  const strange = Object.keys(rest)[0];
  if (strange !== undefined)
    throw errors.invalid(`Data must be { table }, { events } or both; found '${strange}'. Write { table } for a table.`);
  if (!table && !events) throw errors.invalid('Give a table of users, events, or both: { table, events }.');
  if (!table) {
    const alone = Object.entries({ target, id, ...others }).find(
      ([name, value]) => value !== undefined && name !== 'seed' && TABLE_NAMES.includes(name),
    );
    if (alone) throw errors.invalid(`Option '${alone[0]}' goes with a table of users, and there is none.`);
    return;
  }
  if (target === undefined) throw errors.invalid("Give 'target': the column of the table to predict.");
  checkTable(table);
  if (!events) return;
  if (id === undefined) throw errors.invalid("A table and events meet by the user: give 'id', the column that names the user.");
  columnOf(table, 'Id', id);
  // Otherwise what a user did after the target was decided would tell what it was.
  if (!events.asOfGiven)
    throw errors.invalid(
      "Training on events needs 'asOf' when they are read: the moment of prediction, from which on none counts.",
    );
}
