// A pool of connections to the server of the run, and waiting for one that starts.
import pg from 'pg';

export const address = (options) => ({
  host: '127.0.0.1', port: options.port, user: 'peers', database: 'postgres',
});

// Refused, or "the database system is starting up": then the caller tries again.
export async function reach(options) {
  const client = new pg.Client(address(options));
  client.on('error', () => {});
  await client.connect();
  await client.end();
}

export function pool(options, size) {
  const out = new pg.Pool({ ...address(options), max: size, idleTimeoutMillis: 0 });
  out.on('error', (error) => { throw error; });
  return out;
}

// Opens all connections of a pool before the clock runs: so many queries at once need one each.
export async function connectAll(size, query) {
  await Promise.all(Array.from({ length: size }, () => query('select pg_sleep(0.3)')));
}
