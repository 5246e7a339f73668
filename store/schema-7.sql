-- SPDX-License-Identifier: GPL-3.0-or-later
-- The tables that grow with a recording hold 64 rows in one: a column is the numbers of those rows
-- as decimals of one width, so that any SQLite can cut one out, while all of them are read in a
-- tenth of the time. `n` is how many rows there are in this one, `key` is profile << 26 | row / 64.
-- A metric that is not there is NULL.

DROP VIEW v_site;
DROP VIEW v_stack;
DROP VIEW v_timeline;
ALTER TABLE stack RENAME TO stack_row;
ALTER TABLE site RENAME TO site_row;
ALTER TABLE moment_site RENAME TO moment_site_row;
ALTER TABLE thread_site RENAME TO thread_site_row;

-- 0 is the root; a parent's number is lower than its children's.
CREATE TABLE stack (
  key INTEGER PRIMARY KEY, n INTEGER NOT NULL,
  parent BLOB, frame BLOB
);

-- frame: the innermost of the stack that is not an allocator's; 0: none.
CREATE TABLE site (
  key INTEGER PRIMARY KEY, n INTEGER NOT NULL,
  stack BLOB, frame BLOB, live_bytes BLOB, live_blocks BLOB, peak_bytes BLOB, peak_blocks BLOB,
  total_bytes BLOB, total_blocks BLOB, temporary_blocks BLOB, read_bytes BLOB, write_bytes BLOB,
  max_bytes BLOB, max_blocks BLOB, lifetime BLOB, raw_live_bytes BLOB, raw_live_blocks BLOB,
  raw_total_bytes BLOB, raw_total_blocks BLOB
);

-- What a site holds from a moment on; only where that differs from the moment before.
CREATE TABLE moment_site (
  key INTEGER PRIMARY KEY, n INTEGER NOT NULL,
  moment BLOB, site BLOB, live_bytes BLOB, live_blocks BLOB, peak_bytes BLOB, peak_blocks BLOB,
  total_bytes BLOB, total_blocks BLOB, temporary_blocks BLOB, read_bytes BLOB, write_bytes BLOB,
  max_bytes BLOB, max_blocks BLOB, lifetime BLOB, raw_live_bytes BLOB, raw_live_blocks BLOB,
  raw_total_bytes BLOB, raw_total_blocks BLOB
);

CREATE TABLE thread_site (
  key INTEGER PRIMARY KEY, n INTEGER NOT NULL,
  site BLOB, thread BLOB, live_bytes BLOB, live_blocks BLOB, total_bytes BLOB, total_blocks BLOB
);

-- One row a site, for looking a site up by its key.
CREATE TABLE site_key (key INTEGER PRIMARY KEY);
CREATE TABLE ordinal (n INTEGER PRIMARY KEY);
WITH RECURSIVE up (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up WHERE n < 63)
INSERT INTO ordinal SELECT n FROM up;

-- What is stored already. `w` has the widths.
INSERT INTO site_key SELECT key FROM site_row;

WITH w AS (
  SELECT key >> 6 AS key, count(*) AS n,
    max(length(COALESCE(parent, 0))) AS parent, max(length(COALESCE(frame, 0))) AS frame
  FROM stack_row GROUP BY key >> 6)
INSERT INTO stack SELECT w.key, w.n,
  CASE WHEN w.parent IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.parent, COALESCE(parent, 0)), '') AS BLOB) FROM (
      SELECT parent FROM stack_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.frame IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.frame, COALESCE(frame, 0)), '') AS BLOB) FROM (
      SELECT frame FROM stack_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END
FROM w;

WITH w AS (
  SELECT key >> 6 AS key, count(*) AS n,
    max(length(COALESCE(stack, 0))) AS stack, max(length(COALESCE(frame, 0))) AS frame, max(length(live_bytes)) AS live_bytes,
    max(length(live_blocks)) AS live_blocks, max(length(peak_bytes)) AS peak_bytes,
    max(length(peak_blocks)) AS peak_blocks, max(length(total_bytes)) AS total_bytes,
    max(length(total_blocks)) AS total_blocks, max(length(temporary_blocks)) AS temporary_blocks,
    max(length(read_bytes)) AS read_bytes, max(length(write_bytes)) AS write_bytes,
    max(length(max_bytes)) AS max_bytes, max(length(max_blocks)) AS max_blocks,
    max(length(lifetime)) AS lifetime, max(length(raw_live_bytes)) AS raw_live_bytes,
    max(length(raw_live_blocks)) AS raw_live_blocks,
    max(length(raw_total_bytes)) AS raw_total_bytes,
    max(length(raw_total_blocks)) AS raw_total_blocks
  FROM site_row GROUP BY key >> 6)
INSERT INTO site SELECT w.key, w.n,
  CASE WHEN w.stack IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.stack, COALESCE(stack, 0)), '') AS BLOB) FROM (
      SELECT stack FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.frame IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.frame, COALESCE(frame, 0)), '') AS BLOB) FROM (
      SELECT frame FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.live_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.live_bytes, COALESCE(live_bytes, 0)), '') AS BLOB) FROM (
      SELECT live_bytes FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.live_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.live_blocks, COALESCE(live_blocks, 0)), '') AS BLOB) FROM (
      SELECT live_blocks FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.peak_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.peak_bytes, COALESCE(peak_bytes, 0)), '') AS BLOB) FROM (
      SELECT peak_bytes FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.peak_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.peak_blocks, COALESCE(peak_blocks, 0)), '') AS BLOB) FROM (
      SELECT peak_blocks FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.total_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.total_bytes, COALESCE(total_bytes, 0)), '') AS BLOB) FROM (
      SELECT total_bytes FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.total_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.total_blocks, COALESCE(total_blocks, 0)), '') AS BLOB) FROM (
      SELECT total_blocks FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.temporary_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.temporary_blocks, COALESCE(temporary_blocks, 0)), '') AS BLOB) FROM (
      SELECT temporary_blocks FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.read_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.read_bytes, COALESCE(read_bytes, 0)), '') AS BLOB) FROM (
      SELECT read_bytes FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.write_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.write_bytes, COALESCE(write_bytes, 0)), '') AS BLOB) FROM (
      SELECT write_bytes FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.max_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.max_bytes, COALESCE(max_bytes, 0)), '') AS BLOB) FROM (
      SELECT max_bytes FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.max_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.max_blocks, COALESCE(max_blocks, 0)), '') AS BLOB) FROM (
      SELECT max_blocks FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.lifetime IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.lifetime, COALESCE(lifetime, 0)), '') AS BLOB) FROM (
      SELECT lifetime FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.raw_live_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.raw_live_bytes, COALESCE(raw_live_bytes, 0)), '') AS BLOB) FROM (
      SELECT raw_live_bytes FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.raw_live_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.raw_live_blocks, COALESCE(raw_live_blocks, 0)), '') AS BLOB) FROM (
      SELECT raw_live_blocks FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.raw_total_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.raw_total_bytes, COALESCE(raw_total_bytes, 0)), '') AS BLOB) FROM (
      SELECT raw_total_bytes FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.raw_total_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.raw_total_blocks, COALESCE(raw_total_blocks, 0)), '') AS BLOB) FROM (
      SELECT raw_total_blocks FROM site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END
FROM w;

WITH w AS (
  SELECT key >> 6 AS key, count(*) AS n,
    max(length(COALESCE(moment, 0))) AS moment, max(length(COALESCE(site, 0))) AS site, max(length(live_bytes)) AS live_bytes,
    max(length(live_blocks)) AS live_blocks, max(length(peak_bytes)) AS peak_bytes,
    max(length(peak_blocks)) AS peak_blocks, max(length(total_bytes)) AS total_bytes,
    max(length(total_blocks)) AS total_blocks, max(length(temporary_blocks)) AS temporary_blocks,
    max(length(read_bytes)) AS read_bytes, max(length(write_bytes)) AS write_bytes,
    max(length(max_bytes)) AS max_bytes, max(length(max_blocks)) AS max_blocks,
    max(length(lifetime)) AS lifetime, max(length(raw_live_bytes)) AS raw_live_bytes,
    max(length(raw_live_blocks)) AS raw_live_blocks,
    max(length(raw_total_bytes)) AS raw_total_bytes,
    max(length(raw_total_blocks)) AS raw_total_blocks
  FROM moment_site_row GROUP BY key >> 6)
INSERT INTO moment_site SELECT w.key, w.n,
  CASE WHEN w.moment IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.moment, COALESCE(moment, 0)), '') AS BLOB) FROM (
      SELECT moment FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.site IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.site, COALESCE(site, 0)), '') AS BLOB) FROM (
      SELECT site FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.live_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.live_bytes, COALESCE(live_bytes, 0)), '') AS BLOB) FROM (
      SELECT live_bytes FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.live_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.live_blocks, COALESCE(live_blocks, 0)), '') AS BLOB) FROM (
      SELECT live_blocks FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.peak_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.peak_bytes, COALESCE(peak_bytes, 0)), '') AS BLOB) FROM (
      SELECT peak_bytes FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.peak_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.peak_blocks, COALESCE(peak_blocks, 0)), '') AS BLOB) FROM (
      SELECT peak_blocks FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.total_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.total_bytes, COALESCE(total_bytes, 0)), '') AS BLOB) FROM (
      SELECT total_bytes FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.total_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.total_blocks, COALESCE(total_blocks, 0)), '') AS BLOB) FROM (
      SELECT total_blocks FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.temporary_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.temporary_blocks, COALESCE(temporary_blocks, 0)), '') AS BLOB) FROM (
      SELECT temporary_blocks FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.read_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.read_bytes, COALESCE(read_bytes, 0)), '') AS BLOB) FROM (
      SELECT read_bytes FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.write_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.write_bytes, COALESCE(write_bytes, 0)), '') AS BLOB) FROM (
      SELECT write_bytes FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.max_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.max_bytes, COALESCE(max_bytes, 0)), '') AS BLOB) FROM (
      SELECT max_bytes FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.max_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.max_blocks, COALESCE(max_blocks, 0)), '') AS BLOB) FROM (
      SELECT max_blocks FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.lifetime IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.lifetime, COALESCE(lifetime, 0)), '') AS BLOB) FROM (
      SELECT lifetime FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.raw_live_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.raw_live_bytes, COALESCE(raw_live_bytes, 0)), '') AS BLOB) FROM (
      SELECT raw_live_bytes FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.raw_live_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.raw_live_blocks, COALESCE(raw_live_blocks, 0)), '') AS BLOB) FROM (
      SELECT raw_live_blocks FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.raw_total_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.raw_total_bytes, COALESCE(raw_total_bytes, 0)), '') AS BLOB) FROM (
      SELECT raw_total_bytes FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.raw_total_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.raw_total_blocks, COALESCE(raw_total_blocks, 0)), '') AS BLOB) FROM (
      SELECT raw_total_blocks FROM moment_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END
FROM w;

WITH w AS (
  SELECT key >> 6 AS key, count(*) AS n,
    max(length(COALESCE(site, 0))) AS site, max(length(COALESCE(thread, 0))) AS thread, max(length(live_bytes)) AS live_bytes,
    max(length(live_blocks)) AS live_blocks, max(length(total_bytes)) AS total_bytes,
    max(length(total_blocks)) AS total_blocks
  FROM thread_site_row GROUP BY key >> 6)
INSERT INTO thread_site SELECT w.key, w.n,
  CASE WHEN w.site IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.site, COALESCE(site, 0)), '') AS BLOB) FROM (
      SELECT site FROM thread_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.thread IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.thread, COALESCE(thread, 0)), '') AS BLOB) FROM (
      SELECT thread FROM thread_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.live_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.live_bytes, COALESCE(live_bytes, 0)), '') AS BLOB) FROM (
      SELECT live_bytes FROM thread_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.live_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.live_blocks, COALESCE(live_blocks, 0)), '') AS BLOB) FROM (
      SELECT live_blocks FROM thread_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.total_bytes IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.total_bytes, COALESCE(total_bytes, 0)), '') AS BLOB) FROM (
      SELECT total_bytes FROM thread_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END,
  CASE WHEN w.total_blocks IS NOT NULL THEN (
    SELECT CAST(group_concat(printf('%*d', w.total_blocks, COALESCE(total_blocks, 0)), '') AS BLOB) FROM (
      SELECT total_blocks FROM thread_site_row WHERE key BETWEEN w.key << 6 AND (w.key << 6) + 63 ORDER BY key)) END
FROM w;

DROP TABLE stack_row;
DROP TABLE site_row;
DROP TABLE moment_site_row;
DROP TABLE thread_site_row;

CREATE VIEW v_site AS
SELECT p.id AS profile, k.key & 4294967295 AS site, k.key AS site_key,
  COALESCE(function.text, replace(module.text, rtrim(module.text, replace(module.text, '/', '')), '')
    || printf('+0x%x', f.address), '[no stack]') AS name,
  function.text AS function,
  module.text AS module, file.text AS file, f.line AS line,
  CAST(substr(s.live_bytes, 1 + (k.key & 63) * (length(s.live_bytes) / s.n), length(s.live_bytes) / s.n) AS INTEGER) AS live_bytes,
  CAST(substr(s.live_blocks, 1 + (k.key & 63) * (length(s.live_blocks) / s.n), length(s.live_blocks) / s.n) AS INTEGER) AS live_blocks,
  CAST(substr(s.peak_bytes, 1 + (k.key & 63) * (length(s.peak_bytes) / s.n), length(s.peak_bytes) / s.n) AS INTEGER) AS peak_bytes,
  CAST(substr(s.peak_blocks, 1 + (k.key & 63) * (length(s.peak_blocks) / s.n), length(s.peak_blocks) / s.n) AS INTEGER) AS peak_blocks,
  CAST(substr(s.total_bytes, 1 + (k.key & 63) * (length(s.total_bytes) / s.n), length(s.total_bytes) / s.n) AS INTEGER) AS total_bytes,
  CAST(substr(s.total_blocks, 1 + (k.key & 63) * (length(s.total_blocks) / s.n), length(s.total_blocks) / s.n) AS INTEGER) AS total_blocks,
  CAST(substr(s.temporary_blocks, 1 + (k.key & 63) * (length(s.temporary_blocks) / s.n), length(s.temporary_blocks) / s.n) AS INTEGER) AS temporary_blocks,
  CAST(substr(s.read_bytes, 1 + (k.key & 63) * (length(s.read_bytes) / s.n), length(s.read_bytes) / s.n) AS INTEGER) AS read_bytes,
  CAST(substr(s.write_bytes, 1 + (k.key & 63) * (length(s.write_bytes) / s.n), length(s.write_bytes) / s.n) AS INTEGER) AS write_bytes,
  CAST(substr(s.max_bytes, 1 + (k.key & 63) * (length(s.max_bytes) / s.n), length(s.max_bytes) / s.n) AS INTEGER) AS max_bytes,
  CAST(substr(s.max_blocks, 1 + (k.key & 63) * (length(s.max_blocks) / s.n), length(s.max_blocks) / s.n) AS INTEGER) AS max_blocks,
  CAST(substr(s.lifetime, 1 + (k.key & 63) * (length(s.lifetime) / s.n), length(s.lifetime) / s.n) AS INTEGER) AS lifetime,
  CAST(substr(s.raw_live_bytes, 1 + (k.key & 63) * (length(s.raw_live_bytes) / s.n), length(s.raw_live_bytes) / s.n) AS INTEGER) AS raw_live_bytes,
  CAST(substr(s.raw_live_blocks, 1 + (k.key & 63) * (length(s.raw_live_blocks) / s.n), length(s.raw_live_blocks) / s.n) AS INTEGER) AS raw_live_blocks,
  CAST(substr(s.raw_total_bytes, 1 + (k.key & 63) * (length(s.raw_total_bytes) / s.n), length(s.raw_total_bytes) / s.n) AS INTEGER) AS raw_total_bytes,
  CAST(substr(s.raw_total_blocks, 1 + (k.key & 63) * (length(s.raw_total_blocks) / s.n), length(s.raw_total_blocks) / s.n) AS INTEGER) AS raw_total_blocks
FROM profile p
JOIN site_key k ON k.key BETWEEN p.id << 32 AND (p.id << 32) + 4294967295
JOIN site s ON s.key = k.key >> 6
LEFT JOIN frame f ON f.key = (p.id << 32)
  + NULLIF(CAST(substr(s.frame, 1 + (k.key & 63) * (length(s.frame) / s.n), length(s.frame) / s.n) AS INTEGER), 0)
LEFT JOIN string function ON function.key = (p.id << 32) + f.function
LEFT JOIN string module ON module.key = (p.id << 32) + f.module
LEFT JOIN string file ON file.key = (p.id << 32) + f.file;

-- A stack is walked from the site to the root by the recursive query, whose frames json_each()
-- hands on one by one: that way only the stacks that are asked for are walked. A parent that is not
-- lower than its child is damage and ends the walk.
CREATE VIEW v_stack AS
SELECT p.id AS profile, k.key & 4294967295 AS site, k.key AS site_key,
  walk.key + 1 AS depth,
  COALESCE(function.text, replace(module.text, rtrim(module.text, replace(module.text, '/', '')), '')
    || printf('+0x%x', f.address), '[no stack]') AS name,
  function.text AS function, file.text AS file,
  f.line AS line, module.text AS module, f.flags & 1 AS inlined,
  CASE f.category WHEN 0 THEN 'application' WHEN 1 THEN 'allocator' WHEN 2 THEN 'entry'
    WHEN 3 THEN 'async' WHEN 5 THEN 'container' ELSE 'plumbing' END AS category,
  f.address AS address
FROM profile p
JOIN site_key k ON k.key BETWEEN p.id << 32 AND (p.id << 32) + 4294967295
JOIN site s ON s.key = k.key >> 6
JOIN json_each((
  WITH RECURSIVE up (level, id, above, frame) AS (
    SELECT 0, start.id, start.id + 1, NULL
    FROM (SELECT CAST(substr(s.stack, 1 + (k.key & 63) * (length(s.stack) / s.n), length(s.stack) / s.n) AS INTEGER) AS id) start
    UNION ALL
    SELECT up.level + 1, CAST(substr(t.parent, 1 + (up.id & 63) * (length(t.parent) / t.n), length(t.parent) / t.n) AS INTEGER), up.id,
      CAST(substr(t.frame, 1 + (up.id & 63) * (length(t.frame) / t.n), length(t.frame) / t.n) AS INTEGER)
    FROM up JOIN stack t ON t.key = ((p.id << 32) + up.id) >> 6
    WHERE up.id > 0 AND up.id < up.above)
  SELECT '[' || group_concat(frame) || ']' FROM (
    SELECT frame FROM up WHERE level > 0 ORDER BY level DESC))) walk
JOIN frame f ON f.key = (p.id << 32) + walk.value
LEFT JOIN string function ON function.key = (p.id << 32) + f.function
LEFT JOIN string module ON module.key = (p.id << 32) + f.module
LEFT JOIN string file ON file.key = (p.id << 32) + f.file;

CREATE VIEW v_timeline AS
SELECT p.id AS profile, CAST(substr(r.moment, 1 + o.n * (length(r.moment) / r.n), length(r.moment) / r.n) AS INTEGER) AS moment,
  m.time AS time, m.number AS number,
  CAST(substr(r.site, 1 + o.n * (length(r.site) / r.n), length(r.site) / r.n) AS INTEGER) AS site,
  (p.id << 32) + CAST(substr(r.site, 1 + o.n * (length(r.site) / r.n), length(r.site) / r.n) AS INTEGER) AS site_key,
  function.text AS function,
  CAST(substr(r.live_bytes, 1 + o.n * (length(r.live_bytes) / r.n), length(r.live_bytes) / r.n) AS INTEGER) AS live_bytes,
  CAST(substr(r.live_blocks, 1 + o.n * (length(r.live_blocks) / r.n), length(r.live_blocks) / r.n) AS INTEGER) AS live_blocks,
  CAST(substr(r.peak_bytes, 1 + o.n * (length(r.peak_bytes) / r.n), length(r.peak_bytes) / r.n) AS INTEGER) AS peak_bytes,
  CAST(substr(r.peak_blocks, 1 + o.n * (length(r.peak_blocks) / r.n), length(r.peak_blocks) / r.n) AS INTEGER) AS peak_blocks,
  CAST(substr(r.total_bytes, 1 + o.n * (length(r.total_bytes) / r.n), length(r.total_bytes) / r.n) AS INTEGER) AS total_bytes,
  CAST(substr(r.total_blocks, 1 + o.n * (length(r.total_blocks) / r.n), length(r.total_blocks) / r.n) AS INTEGER) AS total_blocks,
  CAST(substr(r.temporary_blocks, 1 + o.n * (length(r.temporary_blocks) / r.n), length(r.temporary_blocks) / r.n) AS INTEGER) AS temporary_blocks,
  CAST(substr(r.read_bytes, 1 + o.n * (length(r.read_bytes) / r.n), length(r.read_bytes) / r.n) AS INTEGER) AS read_bytes,
  CAST(substr(r.write_bytes, 1 + o.n * (length(r.write_bytes) / r.n), length(r.write_bytes) / r.n) AS INTEGER) AS write_bytes,
  CAST(substr(r.max_bytes, 1 + o.n * (length(r.max_bytes) / r.n), length(r.max_bytes) / r.n) AS INTEGER) AS max_bytes,
  CAST(substr(r.max_blocks, 1 + o.n * (length(r.max_blocks) / r.n), length(r.max_blocks) / r.n) AS INTEGER) AS max_blocks,
  CAST(substr(r.lifetime, 1 + o.n * (length(r.lifetime) / r.n), length(r.lifetime) / r.n) AS INTEGER) AS lifetime,
  CAST(substr(r.raw_live_bytes, 1 + o.n * (length(r.raw_live_bytes) / r.n), length(r.raw_live_bytes) / r.n) AS INTEGER) AS raw_live_bytes,
  CAST(substr(r.raw_live_blocks, 1 + o.n * (length(r.raw_live_blocks) / r.n), length(r.raw_live_blocks) / r.n) AS INTEGER) AS raw_live_blocks,
  CAST(substr(r.raw_total_bytes, 1 + o.n * (length(r.raw_total_bytes) / r.n), length(r.raw_total_bytes) / r.n) AS INTEGER) AS raw_total_bytes,
  CAST(substr(r.raw_total_blocks, 1 + o.n * (length(r.raw_total_blocks) / r.n), length(r.raw_total_blocks) / r.n) AS INTEGER) AS raw_total_blocks
FROM profile p
JOIN moment_site r ON r.key BETWEEN p.id << 26 AND (p.id << 26) + 67108863
CROSS JOIN ordinal o ON o.n < r.n
LEFT JOIN moment m ON m.key = (p.id << 32)
  + CAST(substr(r.moment, 1 + o.n * (length(r.moment) / r.n), length(r.moment) / r.n) AS INTEGER)
LEFT JOIN site s ON s.key = ((p.id << 32)
  + CAST(substr(r.site, 1 + o.n * (length(r.site) / r.n), length(r.site) / r.n) AS INTEGER)) >> 6
LEFT JOIN frame f ON f.key = (p.id << 32) + NULLIF(CAST(substr(s.frame, 1 + (CAST(substr(r.site, 1 + o.n * (length(r.site) / r.n), length(r.site) / r.n) AS INTEGER) & 63) * (length(s.frame) / s.n), length(s.frame) / s.n) AS INTEGER), 0)
LEFT JOIN string function ON function.key = (p.id << 32) + f.function;
