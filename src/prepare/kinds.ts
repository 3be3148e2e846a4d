/** Table of contents of the kinds of features, in the order in which they are offered a column and stand in an encoded row. */
import { category, categoryReader } from './category.js';
import type { FeatureKind, FeatureReader } from './feature.js';
import { number, numberReader } from './number.js';

/** What an entry needs which does not fit. */
export const readers: FeatureReader[] = [numberReader as FeatureReader, categoryReader as FeatureReader];

export const kinds: FeatureKind[] = [number as FeatureKind, category as FeatureKind];
