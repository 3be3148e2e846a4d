/** The library in ten lines: from a table to profiles, and one visitor from a saved model. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, Profiler, readTable } from 'cameo';
import { syntheticShop } from './synthetic-shop.js';

const file = join(tmpdir(), `cameo-shop-${process.pid}.csv`);
writeFileSync(file, syntheticShop(2000));

await using engine = await createEngine();
const table = await readTable(file);
const profiler = await Profiler.fit(engine, { table }, { target: 'churned', id: 'user_id' });
console.log(profiler.summary.evaluation, profiler.summary.importances[0]);
for await (const batch of profiler.profile(table)) console.log(batch.numRows, 'profiles');

const saved = await Profiler.load(await profiler.save(), { engine });
console.log(saved.profileOne({ user_id: 'me', visits_30d: 1, days_since_visit: 40, device: 'phone' }));
