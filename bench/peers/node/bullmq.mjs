// BullMQ on Redis. All creates share one connection, as they do in a program that uses it; jobs
// that are done are removed.
import { Queue, Worker } from 'bullmq';

import { parameters } from './figures.mjs';

const QUEUE = 'jobs';

function connection(options) {
  return {
    host: '127.0.0.1',
    port: options.port,
    maxRetriesPerRequest: null,
    // A server that is gone is a failed run, except while one is waited for that starts.
    retryStrategy: () => (options.first ? 5 : null),
    maxLoadingRetryTime: 5,
  };
}

export async function connect(options) {
  const failed = (error) => {
    if (!options.first) throw error;
  };
  const queue = new Queue(QUEUE, {
    connection: connection(options),
    defaultJobOptions: { removeOnComplete: true },
  });
  queue.on('error', failed);
  await queue.waitUntilReady();
  let made = 0;
  return {
    async create(count) {
      if (count === 1) {
        await queue.add('job', parameters(made++));
        return;
      }
      await queue.addBulk(Array.from({ length: count }, () => (
        { name: 'job', data: parameters(made++) })));
    },
    async work({ onHeld, onCompleted }) {
      const worker = new Worker(QUEUE, async () => { onHeld(1); }, {
        connection: connection(options),
        concurrency: options.workers,
        removeOnComplete: { count: 0 },
      });
      worker.on('completed', () => onCompleted(1));
      worker.on('error', failed);
      await worker.waitUntilReady();
    },
  };
}
