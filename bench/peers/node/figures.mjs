// The figures of client/figures.h over a client of a Node library. Such a client has
//   create(count)             one request that makes so many jobs; resolves when it is answered
//   work({onHeld, onCompleted, batch})  begins the workers; both are called with a number of jobs
//   open()                    optional: how many jobs the server still has; for a library that
//                             does not wait for completions
import process from 'node:process';

import { Latency } from './latency.mjs';

// As kOpenMax of client/figures.h: producers wait while so many jobs are open.
const OPEN_MAX = 1000;

const now = () => process.hrtime.bigint();
const ms = (value) => BigInt(Math.round(value * 1e6));
const seconds = (ns) => Number(ns) / 1e9;
const sleep = (time) => new Promise((done) => { setTimeout(done, time); });

function start() {
  return { jobs: 0, counted: 0, seconds: 0, latency: new Latency() };
}

// The driver looks at the server's processor time when it reads these.
function begin(run) {
  process.stdout.write('begin\n');
  run.usedBefore = process.cpuUsage();
}

function end(run) {
  run.used = process.cpuUsage(run.usedBefore);
  process.stdout.write('end\n');
}

function result(run) {
  return {
    jobs: run.jobs,
    counted: run.counted,
    seconds: run.seconds,
    samples: run.latency.count,
    p50_us: run.latency.percentileUs(50),
    p99_us: run.latency.percentileUs(99),
    client_s: (run.used.user + run.used.system) / 1e6,
  };
}

export async function runCreate(client, options) {
  const run = start();
  const from = now() + ms(options.jobs > 0 ? 0 : options.warmUpMs);
  const ends = from + ms(options.spanMs);
  let asked = 0;
  let last = from;
  const over = (at) => (options.jobs > 0 ? asked >= options.jobs : at >= ends && run.counted > 0);
  const producer = async () => {
    for (let sent = now(); !over(sent); sent = now()) {
      asked += options.batch;
      await client.create(options.batch);
      const at = now();
      run.jobs += options.batch;
      if (options.jobs > 0 || (at >= from && (at < ends || run.counted === 0))) {
        run.counted += options.batch;
        run.latency.record(at - sent);
        last = at;
      }
      if (options.pauseMs > 0) await sleep(options.pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: options.connections }, producer));
  await Promise.race([sleep(Number(from - now()) / 1e6), all]);
  begin(run);
  if (options.jobs === 0) await Promise.race([sleep(Number(ends - now()) / 1e6), all]);
  if (options.jobs > 0 || run.counted === 0) await all;
  end(run);
  all.catch(() => {});
  run.seconds = seconds((options.jobs > 0 || last > ends ? last : ends) - from);
  return result(run);
}

export async function runCycle(client, options) {
  const run = start();
  let created = 0;
  let asked = 0;
  let over = false;
  let idle = [];
  const producer = async () => {
    while (!over) {
      if (asked - run.jobs + options.batch > OPEN_MAX) {
        await new Promise((wake) => { idle.push(wake); });
        continue;
      }
      asked += options.batch;
      await client.create(options.batch);
      created += options.batch;
    }
  };
  await client.work({
    batch: options.batch,
    onHeld: () => {},
    onCompleted: (count) => {
      run.jobs += count;
      const woken = idle;
      idle = [];
      for (const wake of woken) wake();
    },
  });
  // As counted here; where a library does not wait for completions, as the server's table says.
  const completed = async () => (client.open ? created - await client.open() : run.jobs);
  const all = Promise.all(Array.from({ length: options.connections }, producer));
  const failed = all.then(() => {}, (error) => { throw error; });
  await Promise.race([sleep(options.warmUpMs), failed]);
  const before = await completed();
  const from = now();
  begin(run);
  await Promise.race([sleep(options.spanMs), failed]);
  let after = await completed();
  while (after <= before) {  // none within the span: the first one is waited for
    await Promise.race([sleep(10), failed]);
    after = await completed();
  }
  run.seconds = seconds(now() - from);
  end(run);
  run.counted = after - before;
  run.jobs = after;
  over = true;
  return result(run);
}

export async function runPickup(client, options) {
  const run = start();
  run.seconds = options.spanMs / 1000;
  let held = () => {};
  let completed = () => {};
  await client.work({
    batch: 1, onHeld: () => held(now()), onCompleted: () => completed(),
  });
  await sleep(options.warmUpMs);
  begin(run);
  const ends = now() + ms(options.spanMs);
  do {
    await sleep(options.pauseMs);
    const whenHeld = new Promise((done) => { held = done; });
    const whenCompleted = new Promise((done) => { completed = done; });
    const sent = now();
    const [at] = await Promise.all([whenHeld, client.create(1), whenCompleted]);
    run.jobs += 1;
    run.counted += 1;
    run.latency.record(at - sent);
  } while (now() < ends);
  end(run);
  return result(run);
}

// Like run_first of client/first.cc: when a worker held the first job, on the monotonic clock.
export async function runFirst(connect, options) {
  let last = new Error('never tried');
  const ends = now() + ms(options.deadlineMs);
  while (now() < ends) {
    try {
      const client = await connect({ ...options, first: true });
      return await new Promise((done, failed) => {
        client.work({ batch: 1, onHeld: () => done(Number(now())), onCompleted: () => {} })
          .catch(failed);
      });
    } catch (error) {
      last = error;
    }
    await sleep(2);
  }
  throw new Error(`no job before the deadline; last: ${last.message}`);
}

// The parameters of job `number`: 100 bytes of JSON, as append_job of the compiled client.
export function parameters(number) {
  const empty = JSON.stringify({ n: number, pad: '' });
  return { n: number, pad: 'x'.repeat(100 - empty.length) };
}
