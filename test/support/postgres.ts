/** A PostgreSQL server of one's own, from Debian's package: on a free port, in a folder of its own, as an unprivileged user. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './server.js';

const ROOT = '/usr/lib/postgresql';
const version = existsSync(ROOT) ? readdirSync(ROOT).sort().at(-1) : undefined;

/** Why there is no server to test with; undefined where there is one. */
export const missing = version === undefined ? `Debian's package postgresql is not installed (no ${ROOT})` : undefined;

export interface Server {
  /** with name and password */
  address: string;
  run(sql: string): Promise<void>;
  /** At once, as when a machine is lost: connections break. */
  kill(): Promise<void>;
}

export async function startPostgres(): Promise<Server> {
  const bin = join(ROOT, version as string, 'bin');
  const folder = mkdtempSync(join(tmpdir(), 'cameo-postgres-'));
  // PostgreSQL refuses to run as root.
  const root = process.getuid?.() === 0;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const owner = root ? { uid: id('-u'), gid: id('-g') } : {};
  if (root) chownSync(folder, owner.uid as number, owner.gid as number);
  const data = join(folder, 'data');
  execFileSync(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'shop', '-E', 'UTF8', '--no-sync'], {
    ...owner,
    cwd: folder,
  });
  const port = await freePort();
  const options = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-F'];
  const child = spawn(join(bin, 'postgres'), options, { ...owner, cwd: folder, stdio: 'ignore' });
  const ended = new Promise((done) => child.on('exit', done));
  process.on('exit', () => child.kill('SIGKILL'));
  const address = `postgres://shop:secret@127.0.0.1:${port}/postgres`;
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: address });
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end().catch(() => {});
    }
  };
  for (let tries = 0; ; tries++) {
    try {
      await run('SELECT 1');
      break;
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  return {
    address,
    run,
    async kill() {
      child.kill('SIGQUIT'); // immediate shutdown
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
