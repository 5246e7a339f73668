/* SPDX-License-Identifier: GPL-3.0-or-later */
/* node test-svg.mjs PROGRAM [DIRECTORY]: opens what PROGRAM (tests/unit/test-svg) writes. With a
 * DIRECTORY screenshots are kept there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser, SKIP, findChromium } from './chromium.mjs';

const [program, keep] = process.argv.slice(2);
const chromium = findChromium();
if (!chromium) {
  console.log('skipped: no chromium here (set CHROMIUM to its path)');
  process.exit(SKIP);
}

const directory = mkdtempSync(join(tmpdir(), 'heapview-svg-'));
const wrote = spawnSync(program, [], { env: { ...process.env, HV_SVG_DIR: directory } });
assert.equal(wrote.status, 0, String(wrote.stderr));
const names = readdirSync(directory).map(f => f.replace(/\.svg$/, '')).sort();
const browser = new Browser(chromium);
let dialogs = 0;

/* --- what is on the page --- */

/* Every visible frame: { name, row, x, width, text, textWidth, value, ancestor, hit }. */
const FRAMES = `return [...document.querySelectorAll('#hv-frames > .b:not([display])')].map(el => {
  const text = el.querySelector('text');
  return { name: el.dataset.n || el.firstElementChild.textContent.split('\\n')[0], row: el.y.baseVal.value / 22, x: el.x.baseVal.value,
           width: el.width.baseVal.value, text: text && text.textContent,
           textWidth: text ? text.getComputedTextLength() : 0, value: Number(el.dataset.v),
           ancestor: el.classList.contains('a'), hit: el.classList.contains('hit'),
           merged: el.classList.contains('m') };
});`;

/* The lowest contrast of a text and what it may lie on: [ratio, text, class of the fill]. */
const CONTRAST = `
  const parse = c => c.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = c => {
    const [r, g, b] = parse(c).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  let worst = [99];
  const hatch = document.querySelector('#hv-new .g');
  const page = getComputedStyle(document.querySelector('.page')).fill;
  for (const svg of document.querySelectorAll('svg svg')) {
    const texts = svg.querySelectorAll(':scope > text, :scope > text > tspan');
    if (svg.hasAttribute('display') || svg.id === 'hv-frames')
      continue;
    const rects = [...svg.querySelectorAll('rect')].filter(r => !r.classList.contains('s'));
    for (const text of texts)
      for (const rect of rects) {
        let fill = getComputedStyle(rect).fill;
        fill = fill === 'none' ? page
             : fill.startsWith('url') ? getComputedStyle(hatch).fill : fill;
        const r = ratio(getComputedStyle(text).fill, fill);
        if (r < worst[0])
          worst = [r, text.textContent, rect.getAttribute('class'), svg.getAttribute('class')];
      }
  }
  for (const text of document.querySelectorAll('svg > text, svg > text > tspan, #hv-legend text')) {
    if (text.closest('.b'))
      continue;
    const r = ratio(getComputedStyle(text).fill, page);
    if (r < worst[0])
      worst = [r, text.textContent, 'page'];
  }
  return worst;`;

const STATUS = `return document.querySelector('#hv-status').textContent`;
const FOUND = `return document.querySelector('.found').textContent`;

function checkRows(frames, what) {
  const rows = new Map();
  for (const f of frames) {
    assert.ok(f.width > 0, `${what}: ${f.name} has a width`);
    assert.ok(f.textWidth <= f.width, `${what}: “${f.text}” is ${f.textWidth} wide in ${f.width}`);
    if (!rows.has(f.row))
      rows.set(f.row, []);
    rows.get(f.row).push(f);
  }
  for (const row of rows.values()) {
    row.sort((a, b) => a.x - b.x);
    /* A wide box is moved to whole pixels, its narrow neighbour is not. */
    for (let i = 1; i < row.length; i++)
      assert.ok(row[i].x >= row[i - 1].x + row[i - 1].width - 0.51, `${what}: boxes overlap`);
  }
}

async function centre(name, n = 0) {
  return browser.evaluate(`
    const el = [...document.querySelectorAll('#hv-frames > .b:not([display])')]
      .filter(e => (e.dataset.n || e.firstElementChild.textContent.split('\\n')[0]) ===
                   ${JSON.stringify(name)})[${n}];
    const r = el.getBoundingClientRect();
    return [r.x + Math.min(r.width / 2, 200), r.y + r.height / 2];`);
}

async function open(name, options) {
  await browser.open(join(directory, `${name}.svg`), options);
}

/* --- tests --- */

async function testAllPictures() {
  for (const name of names)
    for (const dark of [false, true])
      for (const script of [false, true]) {
        const what = `${name}${dark ? ' dark' : ''}${script ? '' : ' without script'}`;
        await open(name, { dark, script });
        const frames = await browser.evaluate(FRAMES);
        checkRows(frames, what);
        assert.equal(frames.length === 0, /^(empty|same)/.test(name), what);
        const [ratio, ...where] = await browser.evaluate(CONTRAST);
        assert.ok(ratio >= 4.5, `${what}: contrast ${ratio.toFixed(2)} of ${where.join(' on ')}`);
        assert.equal(await browser.evaluate(`return document.querySelectorAll('.find').length`),
                     script && frames.length ? 1 : 0, what);
        if (keep)
          writeFileSync(join(keep, `${what.replace(/ /g, '-')}.png`), await browser.screenshot());
      }
}

/* Script or not, the same boxes at the same places. */
async function testSamePicture() {
  for (const name of ['growth', 'overlay', 'one', 'large', 'root-below', 'viewport']) {
    await open(name, { script: false });
    const before = await browser.evaluate(FRAMES);
    await open(name);
    const after = await browser.evaluate(FRAMES);
    assert.equal(after.length, before.length, name);
    for (const list of [before, after])
      list.sort((a, b) => a.row - b.row || a.x - b.x);
    after.forEach((f, i) => {
      assert.equal(f.row, before[i].row, name);
      /* A sum of many parts may round to the next pixel. */
      assert.ok(Math.abs(f.x - before[i].x) <= 1 && Math.abs(f.width - before[i].width) <= 1.01,
                `${name}: ${f.name} at ${f.x}, ${f.width} wide; without script ${before[i].x}, ` +
                before[i].width);
    });
  }
}

async function testZoom() {
  await open('growth');
  const before = await browser.evaluate(FRAMES);
  await browser.click(...await centre('Session::new'));
  let frames = await browser.evaluate(FRAMES);
  checkRows(frames, 'zoomed');
  assert.deepEqual(frames.filter(f => f.ancestor).map(f => f.name),
                   ['all growth', 'main', 'rt_poll', 'handle']);
  assert.equal(frames.length, 9, 'all else is gone, the other forest too');
  const zoomed = frames.find(f => f.name === 'Session::new');
  assert.ok(zoomed.width > 1360 && !zoomed.ancestor);
  assert.match(await browser.evaluate(STATUS), /^Session::new · .*unknown module/);

  await browser.click(...await centre('handle'));
  frames = await browser.evaluate(FRAMES);
  assert.deepEqual(frames.filter(f => f.ancestor).map(f => f.name), ['all growth', 'main', 'rt_poll']);
  await browser.click(700, 680);
  assert.deepEqual(await browser.evaluate(FRAMES), before, 'the background resets');

  /* into the other forest and out by the root */
  await browser.click(...await centre('handle', 1));
  frames = await browser.evaluate(FRAMES);
  assert.ok(frames.every(f => f.name !== 'cache_insert'));
  assert.ok(frames.find(f => f.name === 'old_cache').width > 1360);
  await browser.click(...await centre('all shrink'));
  assert.equal((await browser.evaluate(FRAMES)).length, before.length);

  /* a drag is no click */
  const [x, y] = await centre('handle');
  await browser.send('Input.dispatchMouseEvent', { type: 'mousePressed', x, y, button: 'left', clickCount: 1 });
  await browser.send('Input.dispatchMouseEvent', { type: 'mouseReleased', x: x + 20, y, button: 'left', clickCount: 1 });
  assert.equal((await browser.evaluate(FRAMES)).length, before.length);
}

async function testSearch() {
  await open('growth');
  await browser.key('f', { control: true });
  /* cache_insert lies below handle: 450 MB are counted once, old_cache's 40 on the other side */
  await browser.type('handle|CACHE_insert');
  assert.match(await browser.evaluate(FOUND),
               /^matched \+429 MiB \(83\.3 % of growth\), −38\.1 MiB \(100 % of shrink\) · 2 frames$/,
               'a capital makes case matter');
  await browser.key('Escape');
  assert.equal(await browser.evaluate(FOUND), '');
  await browser.key('f', { control: true });
  await browser.type('handle|cache_insert');
  assert.match(await browser.evaluate(FOUND),
               /^matched \+429 MiB \(83\.3 % of growth\), .* · 3 frames$/);
  const hits = (await browser.evaluate(FRAMES)).filter(f => f.hit).map(f => f.name);
  assert.deepEqual(hits, ['handle', 'handle', 'cache_insert']);
  await browser.key('Enter');
  assert.match(await browser.evaluate(FOUND), / · 1\/3$/);
  assert.match(await browser.evaluate(STATUS), /^handle · /);
  await browser.key('Enter');
  await browser.key('Enter');
  assert.match(await browser.evaluate(FOUND), / · 3\/3$/);
  await browser.key('Enter', { shift: true });
  assert.match(await browser.evaluate(FOUND), / · 2\/3$/);
  await browser.key('Escape');
  assert.ok((await browser.evaluate(FRAMES)).every(f => !f.hit));

  for (const [text, expected] of [
    ['fn:cache -insert', /^matched \+0 B .*−38\.1 MiB .* 1 frame$/],
    ['file:src/cache mod:unknown', /^matched \+286 MiB \(55\.6 % of growth\)/],
    ['fn:src/cache', /^nothing matched$/],
    ['(', /^not a regular expression$/],
  ]) {
    await browser.key('f', { control: true });
    await browser.type(text);
    assert.match(await browser.evaluate(FOUND), expected, text);
    await browser.key('Escape');
  }
}

async function testKeys() {
  await open('one');
  await browser.key('ArrowDown');
  await browser.key('ArrowDown');
  assert.match(await browser.evaluate(STATUS), /^main · /);
  await browser.key('ArrowDown');
  await browser.key('ArrowRight');
  assert.match(await browser.evaluate(STATUS), /^logger::run · /);
  await browser.key('ArrowLeft');
  assert.match(await browser.evaluate(STATUS), /^rt_poll · /);
  await browser.key('Enter');
  let frames = await browser.evaluate(FRAMES);
  assert.ok(!frames.some(f => f.name === 'logger::run'));
  await browser.key('ArrowDown');
  assert.match(await browser.evaluate(STATUS), /^handle · /);
  /* one layer a press: the selection, then the zoom */
  await browser.key('Escape');
  assert.ok(!(await browser.evaluate(FRAMES)).some(f => f.name === 'logger::run'));
  await browser.key('Escape');
  assert.ok((await browser.evaluate(FRAMES)).some(f => f.name === 'logger::run'));
}

/* The root is the lowest row, up leads to what is called, and a zoom keeps it so. */
async function testRootBelow() {
  await open('root-below');
  const rowOf = (frames, name) => frames.find(f => f.name.startsWith(name)).row;
  let frames = await browser.evaluate(FRAMES);
  const bottom = Math.max(...frames.map(f => f.row));
  assert.deepEqual(['all', 'main', 'rt_poll', 'handle'].map(n => bottom - rowOf(frames, n)), [0, 1, 2, 3]);
  await browser.key('ArrowUp');
  await browser.key('ArrowUp');
  assert.match(await browser.evaluate(STATUS), /^main · /);
  await browser.key('ArrowUp');
  assert.match(await browser.evaluate(STATUS), /^rt_poll · /);
  await browser.key('ArrowDown');
  assert.match(await browser.evaluate(STATUS), /^main · /);
  await browser.click(...await centre('handle'));
  frames = await browser.evaluate(FRAMES);
  checkRows(frames, 'zoomed, root below');
  assert.equal(rowOf(frames, 'all'), Math.max(...frames.map(f => f.row)));
  assert.equal(rowOf(frames, 'all') - rowOf(frames, 'cache_insert'), 4);
}

/* It opens as near as the window was; any zoom leaves that. */
async function testViewport() {
  await open('viewport');
  let frames = await browser.evaluate(FRAMES);
  checkRows(frames, 'nearer');
  const all = frames.find(f => f.row === 0);
  assert.ok(all.x === 0 && all.width > 1360);
  assert.ok(frames.every(f => f.name !== 'cache_insert'), 'what is left of it is out of sight');
  await browser.key('0');
  frames = await browser.evaluate(FRAMES);
  assert.ok(frames.some(f => f.name === 'cache_insert'));
}

async function testHover() {
  await open('one');
  await browser.move(...await centre('cache_insert'));
  assert.match(await browser.evaluate(STATUS),
               /^cache_insert · unknown module · src\/cache\.c:52 · 305 MiB \(320\u202f000\u202f000 B\) · 40\.0 % of all shown/);
  await browser.move(700, 690);
  assert.match(await browser.evaluate(STATUS), /^Click zooms/);
}

async function testWindow() {
  for (const width of [1000, 1900]) {
    await open('growth', { width });
    const frames = await browser.evaluate(FRAMES);
    checkRows(frames, `${width} px`);
    assert.ok(Math.abs(Math.max(...frames.map(f => f.x + f.width)) - (width - 32)) < 2);
    assert.equal(await browser.evaluate(`return document.documentElement.width.baseVal.value`),
                 width);
    if (keep)
      writeFileSync(join(keep, `growth-${width}.png`), await browser.screenshot());
  }
}

/* Nothing of a profile becomes an element or an act. */
async function testNasty() {
  await open('nasty');
  assert.deepEqual(await browser.evaluate(`
    return [document.querySelectorAll('script').length, document.querySelectorAll('[onload]').length,
            [...new Set([...document.querySelectorAll('*')].map(e => e.localName))].sort().join(' ')];`),
    [1, 0, 'defs desc foreignObject g input line pattern rect script style svg text title tspan']);
  await browser.click(...await centre('"\' onload=\'alert(1)\' x="'));
  const frames = await browser.evaluate(FRAMES);
  assert.equal(frames.find(f => !f.ancestor).text, '"\' onload=\'alert(1)\' x="');
  assert.equal(await browser.evaluate(`return document.querySelectorAll('script').length`), 1);
}

async function testLarge() {
  await open('large');
  const before = await browser.evaluate(FRAMES);
  assert.ok(before.some(f => f.merged));
  const narrow = await browser.evaluate(`
    const el = [...document.querySelectorAll('#hv-frames > .b:not([display])')]
      .filter(e => e.y.baseVal.value === 8 * 22 && e.width.baseVal.value > 2)[0];
    const r = el.getBoundingClientRect();
    return [r.x + r.width / 2, r.y + r.height / 2];`);
  await browser.click(...narrow);
  const frames = await browser.evaluate(FRAMES);
  checkRows(frames, 'large, zoomed');
  assert.equal(frames.filter(f => f.ancestor).length, 8);
  /* what was too narrow before is told apart now */
  assert.ok(frames.filter(f => !f.ancestor && !f.merged).length > 10);
  const took = await browser.evaluate(`
    const start = performance.now();
    window.dispatchEvent(new Event('resize'));
    return performance.now() - start;`);
  assert.ok(took < 1000, `${took} ms to lay out`);
  if (keep)
    writeFileSync(join(keep, 'large-zoomed.png'), await browser.screenshot());
}

/* --- run --- */

const tests = [testAllPictures, testSamePicture, testZoom, testSearch, testKeys, testRootBelow, testViewport, testHover,
               testWindow, testNasty, testLarge];
let failed = 0;
if (keep)
  mkdirSync(keep, { recursive: true });
try {
  await browser.start();
  browser.listeners.push(({ method }) => {
    if (method === 'Page.javascriptDialogOpening')
      dialogs++;
  });
  for (const test of tests) {
    try {
      await test();
      assert.deepEqual(browser.problems, []);
      assert.equal(dialogs, 0, 'a dialog opened');
      console.log(`ok ${test.name}`);
    } catch (error) {
      failed++;
      browser.problems.length = 0;
      console.log(`not ok ${test.name}\n${error.stack}`);
    }
  }
} finally {
  await browser.close();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
