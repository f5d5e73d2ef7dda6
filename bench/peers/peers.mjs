// Measures BullMQ and GroupMQ on a Redis, then QBull on the same one, and prints one table. See README.md.
import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import Redis from 'ioredis';
import * as bullmq from 'bullmq';
import * as groupmq from 'groupmq';

const uri = process.argv[2] ?? 'redis://127.0.0.1:6379';
const jobs = Number(process.argv[3] ?? 20000);
const KEYS = 1000, UNDER_WAY = 1000, BULK = 500, CONCURRENCY = 100, ROUNDS = 3;
const NAME = 'qbull-bench-peers';
const body = 'x'.repeat(100);
const redis = () => new Redis(uri, {maxRetriesPerRequest: null});
const admin = redis();

const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

// Jobs per second of a stretch.
async function rate(work) {
    const begin = process.hrtime.bigint();
    await work();
    return jobs * 1e9 / Number(process.hrtime.bigint() - begin);
}

// Single adds, many at a time.
async function concurrent(add) {
    for (let i = 0; i < jobs; i += UNDER_WAY) {
        await Promise.all(Array.from({length: Math.min(UNDER_WAY, jobs - i)}, (_, j) => add(i + j)));
    }
}

async function remove() {
    for await (const keys of admin.scanStream({match: `*${NAME}*`, count: 1000})) {
        if (keys.length > 0) await admin.unlink(...keys);
    }
}

// Counts each job once, and whether a job overtakes an earlier one of its key.
function tally() {
    const seen = new Set(), last = new Map();
    let overtaken = 0, end;
    const all = new Promise(resolve => { end = resolve; });
    return {
        all,
        job({key, number}) {
            if (number < (last.get(key) ?? -1)) overtaken++;
            last.set(key, Math.max(number, last.get(key) ?? -1));
            seen.add(number);
            if (seen.size === jobs) end();
        },
        overtaken: () => overtaken,
    };
}

const payload = number => ({key: `key${number % KEYS}`, number, body});

async function bull() {
    const queue = new bullmq.Queue(NAME, {connection: redis(), defaultJobOptions: {removeOnComplete: true}});
    const add = await rate(() => concurrent(i => queue.add('job', payload(i))));
    const seen = tally();
    let worker;
    const drain = await rate(async () => {
        worker = new bullmq.Worker(NAME, async job => seen.job(job.data), {connection: redis(), concurrency: CONCURRENCY});
        await seen.all;
    });
    await worker.close();
    const bulk = await rate(async () => {
        for (let i = 0; i < jobs; i += BULK) {
            await queue.addBulk(Array.from({length: Math.min(BULK, jobs - i)}, (_, j) => ({name: 'job', data: payload(i + j)})));
        }
    });
    await queue.close();
    return {add, bulk, drain, overtaken: seen.overtaken()};
}

async function group() {
    const client = redis();
    const queue = new groupmq.Queue({redis: client, namespace: NAME, keepCompleted: 0});
    const add = await rate(() => concurrent(i => queue.add({groupId: payload(i).key, data: payload(i)})));
    const seen = tally();
    let worker;
    const drain = await rate(async () => {
        worker = new groupmq.Worker({queue, concurrency: CONCURRENCY, handler: async job => seen.job(job.data)});
        worker.run();
        await seen.all;
    });
    await worker.close();
    await client.quit();
    return {add, drain, overtaken: seen.overtaken()};
}

async function measured(name, round) {
    const results = [];
    for (let i = 0; i <= ROUNDS; i++) {
        process.stderr.write(`${name}, ${i === 0 ? 'warming up' : `${i} of ${ROUNDS}`}\n`);
        await remove();
        const result = await round();
        if (i > 0) results.push(result);
    }
    await remove();
    const of = what => results[0][what] === undefined ? undefined : median(results.map(each => each[what]));
    return {name, add: of('add'), bulk: of('bulk'), drain: of('drain'),
        overtaken: results.reduce((sum, each) => sum + each.overtaken, 0)};
}

function qbull() {
    process.stderr.write('QBull\n');
    const program = fileURLToPath(new URL('../../qbull', import.meta.url));
    const report = JSON.parse(execFileSync(program, ['bench', 'enqueue', 'drain', '--json', '--seconds', '60', '--redis', uri],
        {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26}));
    const of = name => report.figures.find(figure => figure.name === name).value;
    return {name: 'QBull', add: of('concurrent'), bulk: of('many in one body'), drain: of('a route that does nothing'),
        overtaken: 0};
}

const rows = [await measured('BullMQ', bull), await measured('GroupMQ', group), qbull()];
const ours = rows.at(-1);
const number = value => value === undefined ? '-' : Math.round(value).toLocaleString('en');
const cell = (row, what) => row[what] === undefined ? '-'
    : `${number(row[what])}/s${row === ours ? '' : ` (x${(ours[what] / row[what]).toFixed(1)})`}`;
console.log(`${jobs} jobs of ${KEYS} keys, 100 bytes, ${CONCURRENCY} jobs at once; in brackets: QBull / peer\n`);
for (const line of [['', 'concurrent add', 'bulk add', 'drain', 'overtaken'],
    ...rows.map(row => [row.name, cell(row, 'add'), cell(row, 'bulk'), cell(row, 'drain'), number(row.overtaken)])]) {
    console.log(line.map((text, i) => i === 0 ? text.padEnd(10) : text.padStart(20)).join(''));
}
await admin.quit();
process.exit(0);
