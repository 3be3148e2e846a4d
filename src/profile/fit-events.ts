/** What is learnt from events alone: behaviour, preferences and, where they name items, recommendations. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type Behaviour, behaviourOf } from '../events/behaviour.js';
import { BehaviourSection } from '../events/behaviour-section.js';
import { pairsOf } from '../events/pairs.js';
import { tastesOf } from '../events/preferences.js';
import { PreferencesSection } from '../events/preferences-section.js';
import type { Progress } from '../progress.js';
import { familyOf, fitPairs } from '../recommend/fit.js';
import { RecommendationsSection } from '../recommend/section.js';
import { throwIfAborted } from '../scheduler/scheduler.js';
import type { Events } from '../table/events.js';
import type { Section } from '../table/section.js';
import type { EventOptions } from './options.js';

interface Run {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** The options of recommending. */
const ABOUT_ITEMS = ['recommender', 'recommenderOptions', 'halfLife'] as const;

/** @throws CameoError 'argument' for options that do not suit the events, before any work starts */
export function checkEventOptions({ item }: Events, asked: EventOptions): void {
  const vain = item ? undefined : ABOUT_ITEMS.find((name) => asked[name] !== undefined);
  if (vain) throw errors.aboutItems(vain);
  recommenderOptionsOf(asked);
}

/** The options of the recommender, with the job's seed where it takes one. @throws CameoError 'argument' */
function recommenderOptionsOf({ recommender, recommenderOptions, seed }: EventOptions & { seed?: number }) {
  const { family } = familyOf({ recommender });
  const seeded = seed !== undefined && 'seed' in family.options.entries ? { seed } : {};
  const options = { recommender, ...seeded, ...recommenderOptions };
  return { options, settled: familyOf(options).options };
}

/**
 * What is learnt from events alone: behaviour, preferences and, where they name items, recommendations.
 * @param behaviour of the events, where it is known already
 */
export async function fitEvents(
  engine: Engine,
  events: Events,
  asked: EventOptions & { seed?: number },
  { signal, onProgress }: Run,
  behaviour: Behaviour = behaviourOf(events),
): Promise<Section[]> {
  checkEventOptions(events, asked);
  onProgress?.({ stage: 'events', done: 0, total: 0 });
  const known = [new BehaviourSection(behaviour), new PreferencesSection(tastesOf(events, behaviour))];
  if (!events.item) return known;
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
  return [...known, new RecommendationsSection(learnt)];
}
