/** Profiles of chosen users of a saved model, written to a file as `cameo profile` writes them. */
import { PendingFile } from '../io/pending-file.js';
import { writeProfiles } from '../io/write.js';
import type { ProfileOptions } from '../profile/options.js';
import type { Profiler } from '../profile/profiler.js';
import { tellWritten } from './link.js';

/** @throws CameoError 'argument' for columns that are not there, 'file' where the file cannot be written; nothing is left then */
export async function writeChosen(profiler: Profiler, path: string, options: ProfileOptions): Promise<void> {
  const schema = await profiler.schema(options);
  await using file = await PendingFile.create(path);
  await writeProfiles(profiler.profile(undefined, options), schema, file, options);
  options.signal?.throwIfAborted();
  await file.commit();
  tellWritten();
}
