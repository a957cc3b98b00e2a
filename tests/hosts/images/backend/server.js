// A stand-in for Neurmatic's backend and frontend. It says which container answered; what it stores goes through the
// clients that such a backend has, to wherever its environment leads them.
'use strict';
const { createHash } = require('node:crypto');
const http = require('node:http');
const os = require('node:os');

const name = os.hostname();
let count = 0;

// The first answer of each is soon enough.
const pool = process.env.DATABASE_URL && new (require('pg').Pool)({
  connectionString: process.env.DATABASE_URL,
  max: 5,
  connectionTimeoutMillis: 2000,
  query_timeout: 2000,
});
pool?.on('error', () => {}); // of an idle connection; the next query says it again

function cache() {
  const { REDIS_URL: url, REDIS_SENTINELS: sentinels, REDIS_USERNAME: username, REDIS_PASSWORD: password } = process.env;
  if (!url && !sentinels) return undefined;
  const Redis = require('ioredis');
  const options = { commandTimeout: 2000, maxRetriesPerRequest: 2 };
  if (!sentinels) return new Redis(url, options);
  return new Redis({
    ...options,
    name: process.env.REDIS_SENTINEL_NAME,
    sentinels: sentinels.split(',').map((at) => ({ host: at.slice(0, at.lastIndexOf(':')), port: Number(at.slice(at.lastIndexOf(':') + 1)) })),
    username,
    password,
    sentinelUsername: username,
    sentinelPassword: password,
  });
}
const redis = cache();
redis?.on('error', () => {}); // it connects again by itself; commands fail meanwhile

const stores = {
  '/load/sql': async () => (await pool.query('INSERT INTO kept DEFAULT VALUES RETURNING id')).rows[0].id,
  '/load/cache': () => redis.incr('kept'),
};

function json(response, status, value, headers = {}) {
  const text = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  count += 1;
  request.resume();
  if (Object.hasOwn(stores, pathname)) {
    return stores[pathname]().then(
      (stored) => json(response, 200, { stored }),
      (error) => json(response, 500, { error: error.message }),
    );
  }
  if (pathname === '/api/v1/health') return json(response, 200, { ok: true });
  if (pathname === '/api/v1/metrics') return response.end(`requests_total ${count}\n`);
  if (pathname === '/api/v1/auth/login') return json(response, 401, { error: 'a stand-in lets nobody in' });
  if (pathname.endsWith('/events')) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    const timer = setInterval(() => response.write('data: tick\n\n'), 200);
    response.on('close', () => clearInterval(timer));
    return undefined;
  }
  // Only names of variables: values would put secrets into a response.
  const environment = Object.keys(process.env).sort();
  return json(response, 200, { name, count, url: request.url, headers: request.headers, environment });
});

// RFC 6455, as much as an echo of one short frame needs.
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.on('data', (frame) => {
    const length = frame[1] & 0x7f;
    if ((frame[0] & 0x0f) !== 1 || length > 125) return socket.end();
    const mask = frame.subarray(2, 6);
    const text = frame.subarray(6, 6 + length).map((byte, at) => byte ^ mask[at % 4]);
    return socket.write(Buffer.concat([Buffer.from([0x81, length]), text]));
  });
  socket.on('error', () => socket.destroy());
});

process.on('SIGTERM', () => process.exit(0));
server.listen(Number(process.env.PORT), '0.0.0.0');
