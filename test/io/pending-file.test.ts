/** Files that are written beside their place: mode, owner and links of what they replace, and places that vanish. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PendingFile } from '../../src/io/pending-file.js';
import { cameo, folder } from '../support/command.js';
import { refusal } from '../support/refused.js';

const cwd = folder();
const at = (...names: string[]) => join(cwd, ...names);
const bytes = new TextEncoder().encode('new');
async function replace(path: string): Promise<void> {
  await using file = await PendingFile.create(path);
  await file.write(bytes);
  await file.commit();
}
const modeOf = (path: string) => statSync(path).mode & 0o7777;
const umask = process.umask(0o022);
process.umask(umask);

for (const mode of [0o600, 0o640, 0o664, 0o755]) {
  test(`what replaces a file of mode ${mode.toString(8)} has it too`, async () => {
    const path = at(`mode-${mode.toString(8)}.arrow`);
    writeFileSync(path, 'old');
    chmodSync(path, mode);
    await replace(path);
    assert.is(modeOf(path), mode);
    assert.is(readFileSync(path, 'utf8'), 'new');
  });
}

test('a new file has the mode that the user’s umask gives', async () => {
  await replace(at('fresh.arrow'));
  assert.is(modeOf(at('fresh.arrow')), 0o666 & ~umask);
});

test('the owner is kept, and nobody else reads what is written meanwhile', async () => {
  const path = at('owned.arrow');
  writeFileSync(path, 'old');
  chmodSync(path, 0o640);
  const root = process.getuid?.() === 0;
  if (root) chownSync(path, 12345, 23456);
  else console.log('skipped in part: only root gives files away');
  const { uid, gid } = statSync(path);
  await using file = await PendingFile.create(path);
  assert.is(modeOf(file.temporary), 0o640);
  assert.equal([statSync(file.temporary).uid, statSync(file.temporary).gid], [uid, gid]);
  await file.write(bytes);
  await file.commit();
  assert.equal([statSync(path).uid, statSync(path).gid, modeOf(path)], [uid, gid, 0o640]);
});

test('a symbolic link is followed, over several and to a place where nothing stands yet', async () => {
  mkdirSync(at('far', 'off'), { recursive: true });
  mkdirSync(at('near'));
  writeFileSync(at('far', 'off', 'target.arrow'), 'old');
  chmodSync(at('far', 'off', 'target.arrow'), 0o600);
  symlinkSync('../far/off/target.arrow', at('near', 'one.arrow'));
  symlinkSync('one.arrow', at('near', 'two.arrow'));
  await replace(at('near', 'two.arrow'));
  assert.is(readlinkSync(at('near', 'two.arrow')), 'one.arrow');
  assert.ok(lstatSync(at('near', 'one.arrow')).isSymbolicLink());
  assert.is(readFileSync(at('far', 'off', 'target.arrow'), 'utf8'), 'new');
  assert.is(modeOf(at('far', 'off', 'target.arrow')), 0o600);

  // A folder on the way may be a link itself: '..' is then beside what it leads to.
  symlinkSync(at('far', 'off'), at('near', 'folder'));
  symlinkSync('../nothing.arrow', at('far', 'off', 'dangling.arrow'));
  await replace(at('near', 'folder', 'dangling.arrow'));
  assert.is(readFileSync(at('far', 'nothing.arrow'), 'utf8'), 'new');
});

test('links in a circle, a folder and a file that may not be written are refused; nothing is left', async () => {
  symlinkSync('b.arrow', at('a.arrow'));
  symlinkSync('a.arrow', at('b.arrow'));
  mkdirSync(at('folder.arrow'));
  const before = readdirSync(cwd).sort();
  const circle = await refusal(() => PendingFile.create(at('a.arrow')));
  assert.match(circle.message, /Cannot write '.*a\.arrow': its symbolic links lead in a circle/);
  const taken = await refusal(() => PendingFile.create(at('folder.arrow')));
  assert.match(taken.message, /something that is no file stands there/);
  const absent = await refusal(() => PendingFile.create(at('nowhere', 'x.arrow')));
  assert.match(absent.message, /Cannot write '.*x\.arrow': ENOENT/);
  assert.not.match(absent.message, /\.cameo-/);
  assert.equal(readdirSync(cwd).sort(), before);
});

const users = Array.from({ length: 300 }, (_, i) => `${i},${(i * 7) % 13},${i % 3 ? 'no' : 'yes'}`);
writeFileSync(at('users.csv'), ['id,visits,bought', ...users].join('\n'));
const job = ['profile', 'users.csv', '--target', 'bought', '--id', 'id', '--threads', '0'];

test('the command replaces so, whatever it writes', async () => {
  mkdirSync(at('disk'));
  for (const name of ['p.arrow', 'p.parquet', 'p.jsonl', 'p.csv', 'p.csv.gz', 'm.cameo']) {
    writeFileSync(at('disk', name), '');
    chmodSync(at('disk', name), 0o600);
    symlinkSync(join('disk', name), at(name));
  }
  for (const name of ['p.arrow', 'p.parquet', 'p.jsonl', 'p.csv', 'p.csv.gz']) {
    const { code, stderr } = await cameo([...job, '-o', name, '--save', 'm.cameo', '--quiet'], { cwd });
    assert.equal([code, stderr], [0, '']);
    for (const each of [name, 'm.cameo']) {
      assert.ok(lstatSync(at(each)).isSymbolicLink(), each);
      assert.ok(statSync(at('disk', each)).size > 0, each);
      assert.is(modeOf(at('disk', each)), 0o600, each);
    }
  }
});

test('a folder that vanishes ends the command with 2 and a word about it', async () => {
  for (const ending of ['arrow', 'parquet', 'jsonl', 'csv.gz']) {
    mkdirSync(at('gone'));
    const command = cameo([...job, '-o', `gone/out.${ending}`], { cwd });
    const timer = setInterval(() => {
      if (readdirSync(at('gone')).length === 0) return;
      clearInterval(timer);
      rmSync(at('gone'), { recursive: true });
    }, 1);
    const { code, stderr, stdout } = await command;
    assert.is(code, 2, stderr);
    assert.match(
      stderr,
      new RegExp(
        `^cameo: Cannot write 'gone/out\\.${ending}': ENOENT: the folder of 'gone/out\\.${ending}' is not there\\.\n$`,
      ),
    );
    assert.is(stdout.toString(), '');
  }
});

test.run();
