/** Networks of the bnlearn repository, which stand beside the checkout where there are any. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readBif } from '../../src/models/bayesian-network/bif.js';
import type { DiscreteNetwork } from '../../src/programs/bayesian-network/network.js';

const FOLDER = '../shared/data/networks';

export const havePublicNetworks = existsSync(FOLDER);

const fileOf = (name: string) => `${FOLDER}/${name}.bif.gz`;
const textOf = (name: string) => gunzipSync(readFileSync(fileOf(name))).toString();

export const publicNetwork = (name: string): DiscreteNetwork => readBif(textOf(name));

/** The text of a network; undefined, which is said, where it is absent. */
export function networkText(name: string): string | undefined {
  if (existsSync(fileOf(name))) return textOf(name);
  console.log(`skipped: ${fileOf(name)} is absent`);
  return undefined;
}
