/** What a recommender tells of how it was learnt, in a model file: metadata `facts`, as JSON. */
import { FACTS, type PartReader } from '../part.js';
import type { Recommends } from './recommender.js';

export const readFacts = (part: PartReader): Recommends['facts'] => (part.has('facts') ? part.json('facts', FACTS) : {});
