/** What a factorization learns from: entries of users and items, checked before anything starts, and each user's history. */
import { errors } from '../errors.js';
import type { FactorizationLoss } from '../programs/factorization/factorize.js';

/** Who did something with what. Ids are whole numbers from 0; an id that never occurs has a vector all the same. */
export interface Interactions {
  users: ArrayLike<number>;
  items: ArrayLike<number>;
  /** ratings; 'squared' only, which needs them */
  values?: ArrayLike<number>;
  /** how much each entry counts, not negative; default 1 */
  weights?: ArrayLike<number>;
}

/** The same, checked, as typed arrays, with how many users and items there are. */
export interface Entries {
  readonly nUsers: number;
  readonly nItems: number;
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly values?: Float32Array;
  readonly weights?: Float32Array;
}

/**
 * The entries as typed arrays.
 * @throws CameoError 'argument' or 'data', naming the first entry that is wrong
 */
export function checkInteractions(loss: FactorizationLoss, { users, items, values, weights }: Interactions): Entries {
  if (users.length === 0) throw errors.tableEmpty('The list of interactions');
  if (items.length !== users.length) throw errors.shape('Items', `${users.length}`, `${items.length}`);
  if (loss === 'squared' && values?.length !== users.length)
    throw errors.shape('Values', `${users.length}`, `${values?.length ?? 0}`);
  if (weights && weights.length !== users.length) throw errors.shape('Weights', `${users.length}`, `${weights.length}`);
  const ids = (what: string, list: ArrayLike<number>) => {
    const out = new Int32Array(list.length);
    for (let t = 0; t < list.length; t++) {
      const id = list[t];
      if (!Number.isInteger(id) || id < 0 || id > 0x7fffffff) {
        throw errors.invalid(
          `${what} of entry ${t} must be a whole number from 0 to 2147483647. Number the ${what.toLowerCase()}s 0, 1, 2, … first.`,
        );
      }
      out[t] = id;
    }
    return out;
  };
  const numbers = (what: string, list: ArrayLike<number> | undefined, least: number) => {
    if (!list) return undefined;
    const out = Float32Array.from(list);
    const bad = out.findIndex((v) => !Number.isFinite(v) || v < least);
    if (bad >= 0)
      throw errors.invalid(`${what} of entry ${bad} must be a finite number${least === 0 ? ', not negative' : ''}.`);
    return out;
  };
  const [user, item] = [ids('User', users), ids('Item', items)];
  return {
    nUsers: maximum(user) + 1,
    nItems: maximum(item) + 1,
    users: user,
    items: item,
    values: loss === 'squared' ? numbers('Value', values, Number.NEGATIVE_INFINITY) : undefined,
    weights: numbers('Weight', weights, 0),
  };
}

/** The largest value; −1 for none. */
function maximum(values: Int32Array): number {
  let most = -1;
  for (const v of values) if (v > most) most = v;
  return most;
}
