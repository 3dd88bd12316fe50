// pg-boss on PostgreSQL. A worker that waits is woken by LISTEN/NOTIFY; one that always has work
// fetches and completes by hand, since work() rests between two fetches.
import { PgBoss } from 'pg-boss';

import { parameters } from './figures.mjs';
import { address, connectAll, reach } from './postgres.mjs';

const QUEUE = 'jobs';

export async function connect(options) {
  if (options.first) await reach(options);
  const waits = options.figure === 'pickup';
  const boss = new PgBoss({
    ...address(options),
    max: options.connections + options.workers,
    supervise: false,
    schedule: false,
    useListenNotify: waits,
  });
  boss.on('error', (error) => { throw error; });
  await boss.start();
  // Whether it notifies is decided when it is made, so not by the run that only prepares.
  if (options.figure !== 'prepare') {
    await boss.createQueue(QUEUE, { notify: waits, retentionSeconds: 86400 });
  }
  if (!options.first) {
    await connectAll(options.connections + options.workers, (sql) => boss.getDb().executeSql(sql));
  }
  let made = 0;

  const fetchAndComplete = async ({ batch, onHeld, onCompleted }) => {
    for (;;) {
      const jobs = await boss.fetch(QUEUE, { batchSize: batch });
      if (jobs.length === 0) {
        await new Promise((done) => { setTimeout(done, 5); });
        continue;
      }
      onHeld(jobs.length);
      await boss.complete(QUEUE, jobs.map((job) => job.id));
      onCompleted(jobs.length);
    }
  };

  return {
    async create(count) {
      if (count === 1) {
        await boss.send(QUEUE, parameters(made++));
        return;
      }
      await boss.insert(QUEUE, Array.from({ length: count }, () => ({ data: parameters(made++) })));
    },
    async work(how) {
      if (waits) {
        // The handler's end is not the completion: the next job comes after it all the same.
        await boss.work(QUEUE, { pollingIntervalSeconds: 0.5 }, async () => {
          how.onHeld(1);
          how.onCompleted(1);
        });
        return;
      }
      for (let i = 0; i < options.workers; ++i) {
        fetchAndComplete(how).catch((error) => { setImmediate(() => { throw error; }); });
      }
    },
  };
}
