// graphile-worker on PostgreSQL. It completes jobs without waiting for the answer, so what is
// completed is counted in its table.
import { Logger, makeWorkerUtils, run } from 'graphile-worker';

import { parameters } from './figures.mjs';
import { connectAll, pool, reach } from './postgres.mjs';

const quiet = new Logger(() => (level, message) => {
  if (level === 'error') throw new Error(message);
});

export async function connect(options) {
  if (options.first) await reach(options);
  const pgPool = pool(options, options.connections);
  const utils = await makeWorkerUtils({ pgPool, logger: quiet });
  await utils.migrate();
  await connectAll(options.connections, (sql) => pgPool.query(sql));
  let made = 0;
  const counter = pool(options, 1);
  return {
    async create(count) {
      if (count === 1) {
        await utils.addJob('job', parameters(made++));
        return;
      }
      await utils.addJobs(Array.from({ length: count }, () => (
        { identifier: 'job', payload: parameters(made++) })));
    },
    async work({ batch, onHeld, onCompleted }) {
      // Leases of many: jobs are fetched so many at once, and completed together.
      const many = batch > 1 ? { localQueue: { size: batch }, completeJobBatchDelay: 0 } : {};
      const concurrency = batch > 1 ? batch : options.workers;
      const runner = await run({
        pgPool: pool(options, concurrency + 2),
        logger: quiet,
        noHandleSignals: true,
        taskList: { job: async () => { onHeld(1); } },
        preset: { worker: { concurrentJobs: concurrency, ...many } },
      });
      runner.events.on('job:complete', () => onCompleted(1));
    },
    async open() {
      const { rows } = await counter.query('select count(*)::int as n from graphile_worker.jobs');
      return rows[0].n;
    },
  };
}
