// One figure on one server through a Node library: what client/main.cc does for the other peers.
// node load.mjs --peer bullmq|graphile-worker|pg-boss --figure … --port N, and as peers_load.
import process from 'node:process';
import readline from 'node:readline';
import { parseArgs } from 'node:util';

import { runCreate, runCycle, runFirst, runPickup } from './figures.mjs';

const number = (value) => {
  const out = Number(value);
  if (!(out >= 0)) throw new Error(`no number: ${value}`);
  return out;
};

function readArguments() {
  const names = ['peer', 'figure', 'port', 'connections', 'workers', 'batch', 'jobs', 'seconds',
    'warm-up', 'pause', 'deadline', 'queue'];
  const { values } = parseArgs({
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  });
  const or = (name, otherwise) => number(values[name] ?? otherwise);
  return {
    peer: values.peer,
    figure: values.figure,
    port: or('port', 0),
    connections: or('connections', 1),
    workers: or('workers', 1),
    batch: or('batch', 1),
    jobs: or('jobs', 0),
    spanMs: or('seconds', 1) * 1000,
    warmUpMs: or('warm-up', 0) * 1000,
    pauseMs: or('pause', 0) * 1000,
    deadlineMs: or('deadline', 120) * 1000,
  };
}

function fail(error) {
  process.stderr.write(`load.mjs: ${error?.message || error}\n`);
  process.exit(1);
}

const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

async function nextLine() {
  for await (const line of readline.createInterface({ input: process.stdin })) return line;
  throw new Error('nobody said when to begin');
}

async function main() {
  const options = readArguments();
  // A library that waits for a server which is gone would wait for ever.
  setTimeout(() => fail(new Error('the run did not end before its deadline')),
    options.deadlineMs).unref();
  const peers = {
    bullmq: './bullmq.mjs', 'graphile-worker': './graphile.mjs', 'pg-boss': './pgboss.mjs',
  };
  if (!peers[options.peer]) throw new Error(`no such peer: ${options.peer}`);
  const { connect } = await import(peers[options.peer]);
  if (options.figure === 'first') {
    process.stdout.write('ready\n');
    await nextLine();
    print({ held_at_ns: await runFirst(connect, options) });
    process.exit(0);
  }
  const client = await connect(options);
  const figures = {
    prepare: () => ({}), create: runCreate, cycle: runCycle, pickup: runPickup,
  };
  if (!figures[options.figure]) throw new Error(`no such figure: ${options.figure}`);
  print(await figures[options.figure](client, options));
  // Libraries close slowly and log what broke meanwhile; all that counts is durable already.
  process.exit(0);
}

process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);
main().catch(fail);
