// Starts kinesalite with streams that are created and resharded without delay. Run it in the folder where kinesalite is
// installed.
'use strict';
const { createRequire } = require('module');

const kinesalite = createRequire(`${process.cwd()}/`)('kinesalite');
kinesalite({ createStreamMs: 0, updateStreamMs: 0, shardLimit: 100 }).listen(4567);
