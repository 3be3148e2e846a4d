/**
 * Table of contents of the kinds of features, in the order in which they are offered a column and stand in an encoded row. Numbers are first:
 * what encodes them clears up to three columns behind. Texts are offered no column: which are read is asked for (models/text-score.ts).
 */
import { category, categoryReader } from './category.js';
import { date, dateReader } from './date.js';
import type { FeatureKind, FeatureReader } from './feature.js';
import { number, numberReader } from './number.js';
import { textReader } from './text/text-feature.js';

/** What an entry needs which does not fit. */
export const readers: FeatureReader[] = [
  numberReader as FeatureReader,
  textReader as FeatureReader,
  dateReader as FeatureReader,
  categoryReader as FeatureReader,
];

export const kinds: FeatureKind[] = [number as FeatureKind, date as FeatureKind, category as FeatureKind];
