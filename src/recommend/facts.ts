/** What a recommender tells of how it was learnt, in a model file: metadata `facts`, as JSON. */
import * as v from 'valibot';
import type { PartReader } from '../part.js';
import type { Recommends } from './recommender.js';

const FACTS = v.record(v.string(), v.union([v.string(), v.pipe(v.number(), v.finite())]));

export const readFacts = (part: PartReader): Recommends['facts'] => (part.has('facts') ? part.json('facts', FACTS) : {});
