/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zoom, search and keys of an exported flame graph. The picture is complete without this. All that
 * is shown comes from attributes and text of the frames and goes back as text, never as markup. */
(function () {
'use strict';

const SVG = 'http://www.w3.org/2000/svg', XHTML = 'http://www.w3.org/1999/xhtml';
const ROW = 22, MARGIN = 16, MIN_TEXT = 26, MIN_NAME = 40, MIN_BOX = 0.5, MIN_WINDOW = 960;

const root = document.currentScript.parentNode;
const area = root.querySelector('#hv-frames');
const status = root.querySelector('#hv-status');
if (!status) /* nothing is drawn */
  return;
const top = Number(root.dataset.top), gap = Number(root.dataset.gap);
const growth = root.dataset.view === 'growth', below = root.dataset.root === 'below';
const idle = status.textContent;
const hint = 'Click zooms · Esc goes back · arrow keys walk · Ctrl+F searches';

/* --- frames --- */

area.querySelectorAll('.t').forEach(e => e.remove());
const boxes = Array.from(area.querySelectorAll('.b'), (el, index) => {
  const title = el.firstElementChild.textContent, label = el.dataset.n || title.split('\n', 1)[0];
  return {
    el, index, title, label,
    shorter: el.dataset.s || label,
    value: Number(el.dataset.v),
    parent: el.dataset.p === undefined ? null : Number(el.dataset.p),
    merged: Number(el.dataset.c || 0),
    numbers: [el.dataset.g, el.dataset.l],
    text: el.querySelector('text'),
    kids: [],
  };
});
const roots = [];
for (const box of boxes) {
  box.parent = box.parent === null ? null : boxes[box.parent];
  (box.parent ? box.parent.kids : roots).push(box);
}
const of = new Map(boxes.map(b => [b.el, b]));
let shown = [], temporary = [], zoom = null, selected = null, hovered = null;
/* How much nearer the window was within the zoom, and what was left of it as a share of all. */
let near = Number(root.dataset.scale || 1), left = Number(root.dataset.left || 0);
const sameName = new Map();
for (const box of boxes)
  if (box.parent && !box.merged) {
    const name = lineOf(box, 0);
    if (!sameName.has(name))
      sameName.set(name, []);
    sameName.get(name).push(box);
  }

function lineOf(box, n) {
  return box.title.split('\n')[n] || '';
}

function make(name, parent, attributes, text) {
  const el = document.createElementNS(SVG, name);
  for (const key in attributes)
    el.setAttribute(key, attributes[key]);
  if (text !== undefined)
    el.textContent = text;
  if (parent)
    parent.appendChild(el);
  return el;
}

/* --- numbers, as the rest of heapview writes them --- */

function grouped(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

function format(value) {
  if (root.dataset.unit === 'count')
    return grouped(value);
  const step = root.dataset.unit === 'si' ? 1000 : 1024;
  const units = step === 1000 ? ['kB', 'MB', 'GB', 'TB', 'PB', 'EB']
                              : ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  if (value < step)
    return value + ' B';
  let unit = -1;
  while (unit < 5 && value >= (unit < 0 ? step : step - 0.5)) {
    value /= step;
    unit++;
  }
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + ' ' + units[unit];
}

function percent(part, whole) {
  if (!whole)
    return '–';
  const p = 100 * part / whole;
  return (p > 0 && p < 0.05 ? '<0.1' : p.toFixed(p < 99.95 ? 1 : 0)) + ' %';
}

/* --- text that fits --- */

const ruler = document.createElementNS(XHTML, 'canvas').getContext('2d');
const face = getComputedStyle(root).fontFamily;

function textWidth(text, bold) {
  ruler.font = (bold ? '700 ' : '400 ') + '12px ' + face;
  return ruler.measureText(text).width;
}

function fitted(text, width) {
  if (textWidth(text) <= width)
    return text;
  const all = Array.from(text);
  let low = 0, high = all.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(all.slice(0, middle).join('') + '…') <= width)
      low = middle;
    else
      high = middle - 1;
  }
  return low < 2 ? '' : all.slice(0, low).join('') + '…';
}

function setText(box, width) {
  if (width < MIN_TEXT) {
    if (box.text)
      box.text.remove();
    box.text = null;
    return;
  }
  if (!box.text)
    box.text = make('text', box.el, { x: 5, y: 14 });
  else if (box.width === width)
    return;
  box.text.textContent = '';
  const widthOf = texts => texts.reduce((sum, t) => sum + (t ? textWidth(t + ' ', true) : 0), 0);
  let texts = box.numbers, room = width - 8 - widthOf(texts);
  if (texts.some(t => t) && room < MIN_NAME && room < textWidth(box.shorter)) {
    texts = texts.map((t, i) => t && '+−'[i]);
    room = width - 8 - widthOf(texts);
  }
  texts.forEach((t, i) => {
    if (t)
      make('tspan', box.text, { class: i ? 'loss' : 'gain' }, t + ' ');
  });
  const label = textWidth(box.label) <= room ? box.label : box.shorter;
  box.text.appendChild(document.createTextNode(fitted(label, room)));
}

/* --- layout: the same rules as store/flame-layout.c --- */

function show(box, x0, x1, row, all) {
  x0 = Math.max(x0, 0);
  x1 = Math.min(x1, all);
  if (x1 - x0 >= 2) {
    x0 = Math.round(x0);
    x1 = Math.round(x1);
  }
  const width = x1 - x0 - Math.min(1, (x1 - x0) / 4);
  box.el.setAttribute('x', x0);
  box.el.setAttribute('width', width);
  box.el.setAttribute('height', ROW - 2);
  box.el.removeAttribute('display');
  box.el.classList.toggle('a', Boolean(zoom) && row < depth(zoom));
  setText(box, width);
  box.width = width;
  box.row = row;
  shown.push(box);
}

function depth(box) {
  let n = 0;
  for (; box.parent; box = box.parent)
    n++;
  return n;
}

function merge(parent, value, count, x0, x1, row, all) {
  const el = make('svg', area, { class: 'b m t' });
  make('title', el, {}, grouped(count) + (count === 1 ? ' narrow frame' : ' narrow frames') + ' below ' + parent.label + ', merged\n\n' +
       format(value));
  make('rect', el, { class: 'n', width: '100%', height: ROW - 2 });
  const box = { el, value, parent, merged: count, label: '(' + grouped(count) + ' merged)',
                shorter: '(' + grouped(count) + ')', numbers: [], title: el.firstChild.textContent,
                text: null, kids: [] };
  of.set(el, box);
  temporary.push(box);
  show(box, x0, x1, row, all);
}

function layout() {
  const width = Math.max(root.parentNode === document ? window.innerWidth : root.clientWidth,
                         MIN_WINDOW) - 2 * MARGIN;
  const path = [];
  for (let b = zoom; b; b = b.parent)
    path.unshift(b);

  for (const box of temporary) {
    of.delete(box.el);
    box.el.remove();
  }
  temporary = [];
  const before = shown;
  shown = [];

  const tops = zoom ? [path[0]] : roots;
  const sum = zoom ? zoom.value : roots.reduce((s, r) => s + r.value, 0);
  const scale = (width - gap * (tops.length - 1)) / sum * near;
  const outside = (x0, x1) => x1 <= 0 || x0 >= width;
  const todo = [];
  let x = -left * near * width;
  for (const r of tops) {
    const w = (zoom ? zoom.value : r.value) * scale;
    todo.push([r, x, x + w, 0]);
    x += w + gap * near;
  }
  let rows = 0;
  while (todo.length) {
    const [box, x0, x1, row] = todo.pop();
    if (outside(x0, x1))
      continue;
    show(box, x0, x1, row, width);
    rows = Math.max(rows, row + 1);
    if (row + 1 < path.length) {
      todo.push([path[row + 1], x0, x1, row + 1]);
      continue;
    }
    let at = x0, small = 0, count = 0;
    for (const kid of box.kids)
      if (!kid.merged && kid.value * scale >= MIN_BOX) {
        todo.push([kid, at, at + kid.value * scale, row + 1]);
        at += kid.value * scale;
      } else {
        small += kid.value;
        count += kid.merged || 1;
      }
    if (small * scale >= MIN_BOX && !outside(at, at + small * scale)) {
      merge(box, small, count, at, at + small * scale, row + 1, width);
      rows = Math.max(rows, row + 2);
    }
  }

  rows = Math.max(rows, 3);
  for (const box of shown)
    box.el.setAttribute('y', (below ? rows - 1 - box.row : box.row) * ROW);

  const visible = new Set(shown);
  for (const box of before.length ? before : boxes)
    if (!visible.has(box))
      box.el.setAttribute('display', 'none');
  for (const el of root.querySelectorAll('.w'))
    el.setAttribute('width', width);
  area.setAttribute('height', rows * ROW);
  root.setAttribute('width', width + 2 * MARGIN);
  root.setAttribute('height', top + rows * ROW + MARGIN);
  if (finder)
    placeFinder(width);
  if (pattern)
    search(false);
}

/* --- what the pointer or the keys are at --- */

function tell() {
  const box = hovered || selected;
  const lines = box ? box.title.split('\n').filter(l => l) : [];
  status.textContent = lines.length
    ? fitted(lines.slice(0, 6).join(' · '), Number(area.getAttribute('width')))
    : [idle, hint].filter(t => t).join(' · ');
}

function point(box) {
  if (box === hovered)
    return;
  for (const b of (hovered && sameName.get(lineOf(hovered, 0))) || [])
    b.el.classList.remove('same');
  hovered = box;
  if (box && !box.merged)
    for (const b of sameName.get(lineOf(box, 0)) || []) {
      frame(b);
      b.el.classList.add('same');
    }
  tell();
}

/* The outline of a box, made when first needed. */
function frame(box) {
  if (!box.outline)
    box.outline = make('rect', box.el, { class: 's', width: '100%', height: '100%' });
}

function select(box, scroll) {
  if (selected)
    selected.el.classList.remove('sel');
  selected = box;
  if (box) {
    frame(box);
    box.el.classList.add('sel');
    if (scroll)
      box.el.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    area.setAttribute('aria-label', box.title);
  }
  tell();
}

function zoomTo(box) {
  while (box && box.merged)
    box = box.parent;
  zoom = box && box.parent ? box : null;
  near = 1;
  left = 0;
  layout();
  if (selected && (!shown.includes(selected)))
    select(null);
  tell();
}

/* --- search --- */

let finder = null, field = null, found = null, pattern = null, matches = [], current = -1;

/* Words must all match; -word must not; fn: file: mod: say where. Case matters only where the
 * pattern has a capital. Throws where a word is no regular expression. */
function compile(text) {
  return text.trim().split(/\s+/).filter(w => w && w !== '-').map(word => {
    const not = word[0] === '-';
    if (not)
      word = word.slice(1);
    const scope = /^(fn|file|mod):/.exec(word);
    if (scope)
      word = word.slice(scope[0].length);
    return { not, scope: scope && scope[1], regex: new RegExp(word, /[A-Z]/.test(word) ? 'u' : 'iu') };
  });
}

function matchesBox(box) {
  const name = lineOf(box, 0), place = lineOf(box, 1), cut = place.indexOf(' · ');
  const module = cut < 0 ? place : place.slice(0, cut), file = cut < 0 ? '' : place.slice(cut + 3);
  return pattern.every(({ not, scope, regex }) => {
    const hit = scope === 'fn' ? regex.test(name)
              : scope === 'mod' ? regex.test(module)
              : scope === 'file' ? regex.test(file)
              : regex.test(name) || regex.test(module) || regex.test(file) || regex.test(box.label);
    return hit !== not;
  });
}

function search(jump) {
  for (const box of boxes)
    box.el.classList.remove('hit');
  area.classList.toggle('fade', Boolean(pattern));
  matches = [];
  found.textContent = '';
  if (!pattern)
    return;

  /* A frame below a match is part of it already: its bytes count once. */
  const sums = [];
  let frames = 0;
  (zoom ? [zoom] : roots).forEach(start => {
    let sum = 0;
    const todo = [[start, false]];
    while (todo.length) {
      const [box, counted] = todo.pop();
      const hit = Boolean(box.parent) && !box.merged && matchesBox(box);
      if (hit) {
        frames++;
        box.el.classList.add('hit');
        matches.push(box);
        if (!counted)
          sum += box.value;
      }
      for (let i = box.kids.length; i-- > 0;)
        todo.push([box.kids[i], counted || hit]);
    }
    const loss = growth && (zoom ? pathRoot(zoom) : start).label === 'all shrink';
    sums.push((growth ? (loss ? '−' : '+') : '') + format(sum) + ' (' + percent(sum, start.value) +
              ' of ' + (zoom ? 'zoomed' : growth ? (loss ? 'shrink' : 'growth') : 'shown') + ')');
  });
  matches = matches.filter(b => !b.el.hasAttribute('display'));
  matches.sort((a, b) => b.value - a.value);
  if (jump) {
    current = matches.length ? ((current + jump) % matches.length + matches.length) % matches.length
                             : -1;
    if (current >= 0)
      select(matches[current], true);
  }
  found.textContent = frames === 0 ? 'nothing matched'
    : 'matched ' + sums.join(', ') + ' · ' + grouped(frames) + (frames === 1 ? ' frame' : ' frames') +
      (current >= 0 ? ' · ' + (current + 1) + '/' + matches.length : '');
}

function pathRoot(box) {
  while (box.parent)
    box = box.parent;
  return box;
}

function changed() {
  let ok = true;
  try {
    const words = compile(field.value);
    pattern = words.length ? words : null;
  } catch (e) {
    pattern = null;
    ok = false;
  }
  current = -1;
  field.classList.toggle('bad', !ok);
  search(0);
  if (!ok)
    found.textContent = 'not a regular expression';
}

function placeFinder(width) {
  finder.setAttribute('x', MARGIN + width - 230);
  found.setAttribute('x', MARGIN + width);
}

function addFinder() {
  const y = Number(status.getAttribute('y')) - 40;
  finder = make('foreignObject', root, { y: y - 18, width: 230, height: 28 });
  field = document.createElementNS(XHTML, 'input');
  field.setAttribute('type', 'search');
  field.setAttribute('class', 'find');
  field.setAttribute('placeholder', 'Search (Ctrl+F)');
  field.setAttribute('aria-label', 'Search frames: regular expression; fn: file: mod: -word');
  field.setAttribute('spellcheck', 'false');
  finder.appendChild(field);
  found = make('text', root, { class: 'found end', y: y + 20, 'aria-live': 'polite' });
  field.addEventListener('input', changed);
}

/* --- pointer and keys --- */

function boxAt(event) {
  const el = event.target.closest && event.target.closest('.b');
  return (el && of.get(el)) || null;
}

let down = null;
root.addEventListener('pointerdown', e => { down = [e.clientX, e.clientY]; });
root.addEventListener('click', e => {
  /* A drag, such as one that selects text, is no click. */
  if (down && Math.hypot(e.clientX - down[0], e.clientY - down[1]) > 4)
    return;
  const box = boxAt(e);
  if (box) {
    zoomTo(box);
    select(box.merged ? null : box);
    area.focus({ preventScroll: true });
  } else if (e.target === root || e.target === area || e.target.classList.contains('page')) {
    select(null);
    zoomTo(null);
  }
});
root.addEventListener('pointerover', e => point(boxAt(e)));
root.addEventListener('pointerleave', () => point(null));

function beside(box, step) {
  const row = shown.filter(b => b.row === box.row)
                   .sort((a, b) => a.el.x.baseVal.value - b.el.x.baseVal.value);
  return row[row.indexOf(box) + step] || box;
}

function widest(list) {
  return list.reduce((a, b) => (!a || b.value > a.value ? b : a), null);
}

function walk(key) {
  const at = selected || zoom || roots[0];
  if (!selected)
    return at;
  switch (key) {
  case below ? 'ArrowDown' : 'ArrowUp':
    return at.parent || at;
  case below ? 'ArrowUp' : 'ArrowDown':
    return widest(shown.filter(b => b.parent === at)) || at;
  case 'ArrowLeft':
    return beside(at, -1);
  default:
    return beside(at, 1);
  }
}

window.addEventListener('keydown', e => {
  const typing = e.target === field;
  if (((e.ctrlKey || e.metaKey) && e.key === 'f') || e.key === 'F3' || (e.key === '/' && !typing)) {
    if (e.key === 'F3' && pattern)
      search(e.shiftKey ? -1 : 1);
    else {
      /* Again in the field: the browser's own search. */
      if (typing && e.key === 'f')
        return;
      field.focus();
      field.select();
    }
    e.preventDefault();
  } else if (e.key === 'Escape') {
    if (typing || pattern) {
      field.value = '';
      changed();
      field.blur();
    } else if (selected && (!zoom || selected !== zoom))
      select(null);
    else {
      select(null);
      zoomTo(null);
    }
    e.preventDefault();
  } else if (typing) {
    if (e.key === 'Enter') {
      search(e.shiftKey ? -1 : 1);
      e.preventDefault();
    }
  } else if (e.ctrlKey || e.metaKey || e.altKey)
    return;
  else if (e.key.startsWith('Arrow')) {
    select(walk(e.key), true);
    e.preventDefault();
  } else if (e.key === 'Enter' && selected) {
    zoomTo(selected);
    select(zoom || selected, true);
    e.preventDefault();
  } else if (e.key === '0') {
    zoomTo(null);
    e.preventDefault();
  }
});

/* The script is there: say so to the style sheet, and use the whole window. */
root.classList.add('live');
area.setAttribute('tabindex', '0');
addFinder();
/* as the window had it */
const start = boxes[root.dataset.zoom];
zoom = start && start.parent && !start.merged ? start : null;
field.value = root.dataset.search || '';
layout();
changed();
tell();
window.addEventListener('resize', layout);
}());
