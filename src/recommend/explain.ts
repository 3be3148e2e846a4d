/**
 * Why a user's score for an item is what it is: the user's vector is made of their own items' vectors, p ≈ Σ αⱼ qⱼ by ridge regression, so
 * item j carries αⱼ qⱼ · q of the score.
 */
import { dot, type Factors, rowOf, scoresOf } from './factors.js';
import { itemsOf } from './histories.js';
import { solve } from './solve.js';

/** A part of a score: an item that the user had, or null for what no item carries (biases, the mean, the start). */
export interface Reason {
  item: number | null;
  contribution: number;
}

/** λ of the regression: small beside the products of the vectors. */
const RIDGE = 1e-3;

/** @returns the user's items, strongest first, and the rest; the contributions sum to the score */
export function reasonsOf(f: Factors, user: number, item: number): Reason[] {
  const [score] = scoresOf(f, [user], [item]);
  const p = rowOf(f.userFactors, user, f.rank);
  const q = rowOf(f.itemFactors, item, f.rank);
  const items = [...itemsOf(f.history, user)];
  const vectors = items.map((j) => rowOf(f.itemFactors, j, f.rank));
  // The regression in its dual form: as many equations as items.
  const gram = vectors.map((a, i) => vectors.map((b, j) => dot(a, b) + (i === j ? RIDGE : 0)));
  const alpha = solve(
    gram,
    vectors.map((vector) => dot(vector, p)),
  );
  const reasons: Reason[] = items.map((j, t) => ({ item: j, contribution: alpha[t] * dot(vectors[t], q) }));
  const carried = reasons.reduce((sum, { contribution }) => sum + contribution, 0);
  reasons.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return [...reasons, { item: null, contribution: score - carried }];
}
