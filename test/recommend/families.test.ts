/** Every family of recommenders through the battery, and one that is not among them, which shows that the battery asks for no more. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { families, readers } from '../../src/recommend/index.js';
import { constantListFamily } from '../support/constant-list.js';
import { grouped, pairsOf, planted } from '../support/interactions.js';
import { battery } from '../support/recommenders.js';

const events = pairsOf(grouped(60, 40, 4, 12));
const ratings = pairsOf(planted(50, 30, 3, 700, 0.2));
const QUICK: Record<string, Record<string, unknown>> = { factorization: { rank: 6, epochs: 4 } };

for (const [name, family] of Object.entries(families)) {
  for (const pairs of [events, ratings]) battery(test, { family, options: QUICK[name] ?? {}, pairs });
}
battery(test, { family: constantListFamily, options: { first: 3 }, pairs: events });

test('each family is read by the reader of its name', () => {
  assert.equal(Object.keys(readers), Object.keys(families));
  for (const [name, family] of Object.entries(families)) assert.is(family.name, name);
});

test.run();
