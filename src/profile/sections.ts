/** Table of contents of the sections that a model file holds beside its scores, and how they are found among others. */
import type { Engine } from '../engine/engine.js';
import type { Behaviour } from '../events/behaviour.js';
import { BehaviourSection } from '../events/behaviour-section.js';
import { readBehaviour1 } from '../events/behaviour-version-1.js';
import { PreferencesSection } from '../events/preferences-section.js';
import { type Part, PartReader } from '../part.js';
import { Recommender as Catalogue, type Recommender, readVersion1 } from '../recommend/catalogue.js';
import { RecommendationsSection } from '../recommend/section.js';
import { ScoreSection } from '../score/section.js';
import type { Section } from '../table/section.js';

type Read = (engine: Engine, part: Part) => Section[];

/** By the kinds in a file. Each throws CameoError 'model' for a part that is not whole. */
export const sectionReaders: Record<string, Read> = {
  behaviour: (_, part) => [BehaviourSection.read(new PartReader(part))],
  preferences: (_, part) => [PreferencesSection.read(new PartReader(part))],
  recommendations: (engine, part) => [new RecommendationsSection(Catalogue.read(engine, new PartReader(part)))],
  'version-1': (engine, part) => {
    const recommender = readVersion1(engine, new PartReader(part));
    const behaviour = readBehaviour1(part.metadata.behaviour, recommender.users);
    return [...(behaviour ? [new BehaviourSection(behaviour)] : []), new RecommendationsSection(recommender)];
  },
};

/** The users of the events and what they did; undefined where the model was fitted without events. */
export const behaviourOf = (sections: readonly Section[]): Behaviour | undefined =>
  sections.find((section) => section instanceof BehaviourSection)?.behaviour;

export const recommenderOf = (sections: readonly Section[]): Recommender | undefined =>
  sections.find((section) => section instanceof RecommendationsSection)?.recommender;

/** The schema's metadata: of a single score as `cameo.<key>`, of several as `cameo.<target>.<key>`. */
export function metadataOf(sections: readonly Section[]): Record<string, string> {
  const scores = sections.filter((section) => section instanceof ScoreSection);
  return Object.fromEntries(
    sections.flatMap((section) => {
      const several = section instanceof ScoreSection && scores.length > 1;
      const prefix = several ? `cameo.${section.score.target.name}` : 'cameo';
      return Object.entries(section.metadata).map(([key, value]) => [`${prefix}.${key}`, value]);
    }),
  );
}
