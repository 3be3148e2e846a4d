/** Networks of the bnlearn repository, which stand beside the checkout where there are any. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readBif } from '../../src/models/bayesian-network/bif.js';
import type { DiscreteNetwork } from '../../src/programs/bayesian-network/network.js';

const FOLDER = '../shared/data/networks';

export const havePublicNetworks = existsSync(FOLDER);

export const publicNetwork = (name: string): DiscreteNetwork =>
  readBif(gunzipSync(readFileSync(`${FOLDER}/${name}.bif.gz`)).toString());
