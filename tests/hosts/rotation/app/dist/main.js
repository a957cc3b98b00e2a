// An application that holds its connections, as applications do: two to the database, one to the cache. It signs tokens with
// JWT_SECRET and accepts those of JWT_SECRET_PREVIOUS. psql and the Redis protocol are its drivers; plain Node, no packages.
'use strict';
const { spawn } = require('node:child_process');
const { createHash, createHmac, timingSafeEqual } = require('node:crypto');
const { readFileSync } = require('node:fs');
const http = require('node:http');
const net = require('node:net');

const payments = readFileSync(process.env.PAYMENTS_KEY_FILE, 'utf8');
if (payments.startsWith('broken')) throw new Error('no key of the bank');

// A connection that was lost is opened again and the command repeated once, as every driver's pool does.
class Connection {
  constructor(open) {
    this.open = open;
    this.waiting = [];
    this.buffer = '';
    this.start();
  }
  start() {
    this.stream = this.open(
      (part) => this.read(part),
      () => this.lost(),
    );
  }
  lost() {
    const waiting = this.waiting;
    this.waiting = [];
    this.buffer = '';
    this.stream = null;
    for (const { failed } of waiting) failed(new Error('connection lost'));
  }
  read(part) {
    this.buffer += part;
    let end = this.buffer.indexOf('\n');
    while (end >= 0) {
      const line = this.buffer.slice(0, end).trim();
      this.buffer = this.buffer.slice(end + 1);
      if (this.waiting.length > 0) this.waiting.shift().done(line);
      end = this.buffer.indexOf('\n');
    }
  }
  once(text) {
    if (!this.stream) this.start();
    return new Promise((done, failed) => {
      this.waiting.push({ done, failed });
      this.stream.write(text);
    });
  }
  ask(text) {
    return this.once(text).catch(() => this.once(text));
  }
}

// The password by the environment: psql's arguments are for everybody to see.
function psql(read, lost) {
  const url = new URL(process.env.DATABASE_URL);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const env = { ...process.env, PGPASSWORD: password };
  const child = spawn('psql', ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', url.href], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdout.on('data', read);
  child.stdin.on('error', () => {});
  child.on('close', lost);
  return child.stdin;
}

function redis(read, lost) {
  const url = new URL(process.env.REDIS_URL);
  const socket = net.connect(Number(url.port), url.hostname);
  let greeted = false;
  socket.on('data', (part) => {
    let text = part.toString();
    if (!greeted) {
      greeted = true;
      if (!text.startsWith('+OK')) return socket.destroy();
      text = text.slice(text.indexOf('\n') + 1);
    }
    read(text);
  });
  socket.on('error', () => {});
  socket.on('close', lost);
  socket.write(`AUTH ${url.username} ${decodeURIComponent(url.password)}\r\n`);
  return socket;
}

const pool = [new Connection(psql), new Connection(psql)];
const cache = new Connection(redis);
let turn = 0;

const sign = (key, text) => createHmac('sha256', key).update(text).digest('base64url');
function valid(token) {
  const [text, mac] = (token || '').split('.');
  const keys = [process.env.JWT_SECRET, process.env.JWT_SECRET_PREVIOUS];
  return keys.some((key) => mac && mac.length === 43 && timingSafeEqual(Buffer.from(sign(key, text)), Buffer.from(mac)));
}

async function answer(request) {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/healthz') return [200, 'ok'];
  if (url.pathname === '/login') return [200, `marie.${sign(process.env.JWT_SECRET, 'marie')}`];
  if (url.pathname === '/payments') return [200, createHash('sha256').update(payments).digest('hex')];
  if (!valid((request.headers.authorization || '').replace('Bearer ', ''))) return [401, `token refused by ${process.env.PORT}`];
  turn += 1;
  const [rows, hit] = await Promise.all([pool[turn % 2].ask('SELECT 40 + 2;\n'), cache.ask('INCR hits\r\n')]);
  return rows === '42' && hit.startsWith(':') ? [200, 'well'] : [500, `database ${rows}, cache ${hit}`];
}

const server = http.createServer((request, response) => {
  answer(request)
    .catch((error) => [500, error.message])
    .then(([status, text]) => response.writeHead(status).end(text));
});
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
server.listen(Number(process.env.PORT), process.env.HOST || '127.0.0.1');
