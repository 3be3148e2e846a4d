/** The flags of `profile` and `fit`. */
import type { EventFlags } from './events.js';
import type { EngineFlags, FitFlags, OutputFlags, ReadFlags } from './options.js';

export interface JobFlags extends EngineFlags, OutputFlags, FitFlags, ReadFlags, EventFlags {
  model?: string;
  attributes?: string[];
  save?: string;
  output?: string;
}
