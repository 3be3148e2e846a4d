/**
 * A made-up `user_behavior_data.csv` with the columns that the article's program reads, always the same for a seed. All are numbers, as the
 * program needs them: gender 0 or 1, histories counts, the rating 1 to 5. What decides is known, so that a model can be compared with it:
 *
 *     log-odds(target = 1) = 0.25 (browsing − 12) + 0.6 (purchases − 3) + 0.0125 ((age − 45)² − 256)
 *
 * The young and the old buy and those between do not; gender, social interaction and rating say nothing.
 */
import { generator } from './synthetic-shop.js';

export interface UserBehavior {
  csv: string;
  /** Share of right answers of somebody who knows the formula, over all rows: no model is better but by luck. */
  attainable: number;
}

export function userBehavior(users = 4000, seed = 42): UserBehavior {
  const next = generator(seed);
  const missing = (value: number) => (next() < 0.03 ? '' : value);
  const lines = ['age,gender,browsing_history,purchase_history,social_interaction,rating,target'];
  let right = 0;
  for (let i = 0; i < users; i++) {
    const age = 18 + Math.floor(next() * 55);
    const gender = Math.floor(next() * 2);
    const browsing = Math.floor(next() * 25);
    const purchases = Math.floor(next() * 7);
    const social = Math.floor(next() * 50);
    const rating = 1 + Math.floor(next() * 5);
    const logOdds = 0.25 * (browsing - 12) + 0.6 * (purchases - 3) + 0.0125 * ((age - 45) * (age - 45) - 256);
    const probability = 1 / (1 + Math.exp(-logOdds));
    right += Math.max(probability, 1 - probability);
    const target = Number(next() < probability);
    lines.push([age, gender, missing(browsing), missing(purchases), missing(social), rating, target].join(','));
  }
  return { csv: `${lines.join('\n')}\n`, attainable: right / users };
}
