/**
 * One job: from a table of users, their events, or both, to fitted sections. What users did becomes features of the table's rows beside its
 * own columns; then scores are learnt, and what to recommend.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type Behaviour, behaviourOf } from '../events/behaviour.js';
import { BehaviourSection } from '../events/behaviour-section.js';
import { joinBehaviour } from '../events/features.js';
import { pairsOf } from '../events/pairs.js';
import { tastesOf } from '../events/preferences.js';
import { PreferencesSection } from '../events/preferences-section.js';
import { checked } from '../options.js';
import { checkTable } from '../prepare/columns.js';
import type { Progress } from '../progress.js';
import { familyOf, fitPairs } from '../recommend/fit.js';
import { RecommendationsSection } from '../recommend/section.js';
import { throwIfAborted } from '../scheduler/scheduler.js';
import { fitScores } from '../score/fit.js';
import { checkScoreOptions, type ScoreOptions } from '../score/options.js';
import { columnOf } from '../table/columns.js';
import type { Events } from '../table/events.js';
import type { Section } from '../table/section.js';
import { sectionsOfScores } from './model-file.js';
import { type EventOptions, FIT_OPTIONS, type FitData, type FitOptions, TABLE_NAMES } from './options.js';

interface Run {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** @throws CameoError 'argument' for options that do not suit the data; see Profiler.fit */
export async function fitSections(engine: Engine, data: FitData, given: FitOptions): Promise<Section[]> {
  checked(FIT_OPTIONS, given);
  const { table, events } = data;
  const { signal, onProgress, recommender, recommenderOptions, halfLife, ...scoring } = given;
  checkData(data, scoring);
  const run = { signal, onProgress };
  const asked = { recommender, recommenderOptions, halfLife, seed: given.seed };
  const options = table && checkScoreOptions(scoring as ScoreOptions);
  if (events) recommenderOptionsOf(asked);
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
  const scores = whole && options ? await fitScores(engine, whole, options, run) : [];
  const learnt = events && behaviour ? await fitEvents(engine, events, asked, run, behaviour) : [];
  return [...sectionsOfScores(engine, scores), ...learnt];
}

/** What is wanted must be there, and what is there must be wanted. */
function checkData(
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

/** The options of the recommender, with the job's seed where it takes one. @throws CameoError 'argument' before any work starts */
function recommenderOptionsOf({ recommender, recommenderOptions, seed }: EventOptions & { seed?: number }) {
  const { family } = familyOf({ recommender });
  const seeded = seed !== undefined && 'seed' in family.options.entries ? { seed } : {};
  const options = { recommender, ...seeded, ...recommenderOptions };
  return { options, settled: familyOf(options).options };
}

/**
 * What is learnt from events alone: behaviour, preferences and recommendations.
 * @param behaviour of the events, where it is known already
 */
export async function fitEvents(
  engine: Engine,
  events: Events,
  asked: EventOptions & { seed?: number },
  { signal, onProgress }: Run,
  behaviour: Behaviour = behaviourOf(events),
): Promise<Section[]> {
  onProgress?.({ stage: 'events', done: 0, total: 0 });
  const tastes = tastesOf(events, behaviour);
  const pairs = pairsOf(events, { halfLife: asked.halfLife });
  throwIfAborted(signal);
  const { options, settled } = recommenderOptionsOf(asked);
  const total = typeof settled.epochs === 'number' ? settled.epochs : 0;
  onProgress?.({ stage: 'recommend', done: 0, total });
  const learnt = await fitPairs(engine, pairs, {
    ...options,
    signal,
    onProgress: (epoch, loss) => onProgress?.({ stage: 'recommend', done: epoch, total, note: `loss ${loss.toFixed(4)}` }),
  });
  return [new BehaviourSection(behaviour), new PreferencesSection(tastes), new RecommendationsSection(learnt)];
}
