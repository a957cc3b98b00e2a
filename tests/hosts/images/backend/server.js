// A stand-in for Neurmatic's backend and frontend: plain Node, no packages. It says which container answered.
'use strict';
const { createHash } = require('node:crypto');
const http = require('node:http');
const os = require('node:os');

const name = os.hostname();
let count = 0;

function json(response, status, value, headers = {}) {
  const text = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  count += 1;
  request.resume();
  if (pathname === '/api/v1/health') return json(response, 200, { ok: true });
  if (pathname === '/api/v1/metrics') return response.end(`requests_total ${count}\n`);
  if (pathname === '/api/v1/auth/login') return json(response, 401, { error: 'a stand-in lets nobody in' });
  if (pathname === '/api/v1/events') {
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
