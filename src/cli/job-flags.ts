/** The flags of `profile` and `fit`. */
import type { EventFlags } from './events.js';
import type { EngineFlags, FitFlags, OutputFlags } from './options.js';

export interface JobFlags extends EngineFlags, OutputFlags, FitFlags, EventFlags {
  model?: string;
  attributes?: string[];
  save?: string;
  output?: string;
}
