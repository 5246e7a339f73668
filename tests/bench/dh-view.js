// SPDX-License-Identifier: GPL-3.0-or-later
// node dh-view.js DH_VIEW.JS FILE: what Valgrind's viewer of DHAT recordings does with a file before it draws: JSON.parse
// and its buildTree(), on a page of which only what those look at is there.
'use strict';

const fs = require('fs');
const vm = require('vm');
const [, , viewer, file] = process.argv;

global.document = { title: '' };
global.text = fs.readFileSync(file, 'utf8');
vm.runInThisContext(fs.readFileSync(viewer, 'utf8'), { filename: viewer });
vm.runInThisContext(`
  gSelect = { childNodes: gSelectData.map(() => ({})), selectedIndex: gSelectData.findIndex((data) => data.isDefault) };
  gData = JSON.parse(text);
  buildTree();
  if (!gRoot._totalBytes)
    throw new Error('no tree');
`);
