// Loaded before an emulator (node -r): whichever port a server requests, it gets a free one on 127.0.0.1, and the line
// "REQUESTED ASSIGNED" is written to descriptor 3.
'use strict';
const fs = require('fs');
const net = require('net');

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (asked, ...rest) {
  this.once('listening', () => fs.writeSync(3, `${asked} ${this.address().port}\n`));
  const callback = rest.find((argument) => typeof argument === 'function');
  return listen.call(this, { host: '127.0.0.1', port: 0 }, callback);
};
