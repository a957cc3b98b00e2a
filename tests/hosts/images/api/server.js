// Answers with its tag, after some milliseconds, as one that asks a database does. Of the tags `crash` ends at once, `half`
// does so in the second instance alone, `ill` answers 500, and all others are well. It ends in peace: no new requests, and those at work are answered.
'use strict';
const http = require('node:http');

const { TAG: tag, PORT: port, HOSTNAME: host } = process.env;
if (tag === 'crash' || (tag === 'half' && host.endsWith('-2'))) {
  console.error('this release has a mistake');
  process.exit(1);
}

let ending = false;
const server = http.createServer((request, response) => {
  request.resume();
  request.on('end', () => setTimeout(() => {
    const status = tag === 'ill' ? 500 : 200;
    if (ending) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ tag, host, method: request.method }));
  }, 5));
});
process.on('SIGTERM', () => {
  ending = true;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
server.listen(Number(port), () => console.log(`listening on ${port}, ${tag}`));
