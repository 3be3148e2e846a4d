/** What is learnt from events alone: behaviour, preferences and, where they name items, recommendations. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type Behaviour, behaviourOf } from '../events/behaviour.js';
import { BehaviourSection } from '../events/behaviour-section.js';
import { type EventPairs, pairsOf } from '../events/pairs.js';
import { tastesOf } from '../events/preferences.js';
import { PreferencesSection } from '../events/preferences-section.js';
import type { Progress } from '../progress.js';
import type { Recommender } from '../recommend/catalogue.js';
import { AUTO, familyOf, fitChosen, fitPairs } from '../recommend/fit.js';
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
const SEED = 42;

/** @throws CameoError 'argument' for options that do not suit the events, before any work starts */
export function checkEventOptions({ item }: Events, asked: EventOptions): void {
  const vain = item ? undefined : ABOUT_ITEMS.find((name) => asked[name] !== undefined);
  if (vain) throw errors.aboutItems(vain);
  const { recommenderOptions = {} } = asked;
  const name = nameOf(asked);
  if (name !== AUTO) recommenderOptionsOf(asked);
  else if (Object.keys(recommenderOptions).length > 0)
    throw errors.invalid(
      "'recommenderOptions' are those of a recommender by name, and 'auto' chooses one. Give 'recommender' too.",
    );
}

/** The recommender that is asked for; options of one without its name are the factorization's. */
function nameOf({ recommender, recommenderOptions = {} }: EventOptions): string {
  return recommender ?? (Object.keys(recommenderOptions).length > 0 ? 'factorization' : AUTO);
}

/** The options of the recommender, with the job's seed where it takes one. @throws CameoError 'argument' */
function recommenderOptionsOf(asked: EventOptions & { seed?: number }) {
  const { recommenderOptions, seed } = asked;
  const recommender = nameOf(asked);
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
  const learnt = await recommenderFor(engine, events, pairs, asked, { signal, onProgress });
  return [...known, new RecommendationsSection(learnt)];
}

async function recommenderFor(
  engine: Engine,
  events: Events,
  pairs: EventPairs,
  asked: EventOptions & { seed?: number },
  { signal, onProgress }: Run,
): Promise<Recommender> {
  const told = (total: number) => (epoch: number, loss: number) =>
    onProgress?.({ stage: 'recommend', done: epoch, total, ...(loss ? { note: `loss ${loss.toFixed(4)}` } : {}) });
  if (nameOf(asked) === AUTO) {
    onProgress?.({ stage: 'recommend', done: 0, total: 0 });
    const { seed = SEED, halfLife, effort = 'balanced' } = asked;
    return fitChosen(engine, events, pairs, { seed, halfLife, effort }, { signal, onProgress: told(0) });
  }
  const { options, settled } = recommenderOptionsOf(asked);
  const steps = settled.epochs ?? settled.sweeps;
  const total = typeof steps === 'number' ? steps : 0;
  onProgress?.({ stage: 'recommend', done: 0, total });
  return fitPairs(engine, pairs, { ...options, signal, onProgress: told(total) });
}
