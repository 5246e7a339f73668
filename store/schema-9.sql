-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the views need of every row is worked out when rows are stored: how wide the numbers of a
-- packed column are (COLUMN_w), and the base names of object files.

DROP VIEW v_site;
DROP VIEW v_stack;
DROP VIEW v_timeline;

ALTER TABLE stack ADD COLUMN parent_w INTEGER;
ALTER TABLE stack ADD COLUMN frame_w INTEGER;
UPDATE stack SET
  parent_w = length(parent) / n,
  frame_w = length(frame) / n;

ALTER TABLE site ADD COLUMN stack_w INTEGER;
ALTER TABLE site ADD COLUMN frame_w INTEGER;
ALTER TABLE site ADD COLUMN live_bytes_w INTEGER;
ALTER TABLE site ADD COLUMN live_blocks_w INTEGER;
ALTER TABLE site ADD COLUMN peak_bytes_w INTEGER;
ALTER TABLE site ADD COLUMN peak_blocks_w INTEGER;
ALTER TABLE site ADD COLUMN total_bytes_w INTEGER;
ALTER TABLE site ADD COLUMN total_blocks_w INTEGER;
ALTER TABLE site ADD COLUMN temporary_blocks_w INTEGER;
ALTER TABLE site ADD COLUMN read_bytes_w INTEGER;
ALTER TABLE site ADD COLUMN write_bytes_w INTEGER;
ALTER TABLE site ADD COLUMN max_bytes_w INTEGER;
ALTER TABLE site ADD COLUMN max_blocks_w INTEGER;
ALTER TABLE site ADD COLUMN lifetime_w INTEGER;
ALTER TABLE site ADD COLUMN raw_live_bytes_w INTEGER;
ALTER TABLE site ADD COLUMN raw_live_blocks_w INTEGER;
ALTER TABLE site ADD COLUMN raw_total_bytes_w INTEGER;
ALTER TABLE site ADD COLUMN raw_total_blocks_w INTEGER;
UPDATE site SET
  stack_w = length(stack) / n,
  frame_w = length(frame) / n,
  live_bytes_w = length(live_bytes) / n,
  live_blocks_w = length(live_blocks) / n,
  peak_bytes_w = length(peak_bytes) / n,
  peak_blocks_w = length(peak_blocks) / n,
  total_bytes_w = length(total_bytes) / n,
  total_blocks_w = length(total_blocks) / n,
  temporary_blocks_w = length(temporary_blocks) / n,
  read_bytes_w = length(read_bytes) / n,
  write_bytes_w = length(write_bytes) / n,
  max_bytes_w = length(max_bytes) / n,
  max_blocks_w = length(max_blocks) / n,
  lifetime_w = length(lifetime) / n,
  raw_live_bytes_w = length(raw_live_bytes) / n,
  raw_live_blocks_w = length(raw_live_blocks) / n,
  raw_total_bytes_w = length(raw_total_bytes) / n,
  raw_total_blocks_w = length(raw_total_blocks) / n;

ALTER TABLE moment_site ADD COLUMN moment_w INTEGER;
ALTER TABLE moment_site ADD COLUMN site_w INTEGER;
ALTER TABLE moment_site ADD COLUMN live_bytes_w INTEGER;
ALTER TABLE moment_site ADD COLUMN live_blocks_w INTEGER;
ALTER TABLE moment_site ADD COLUMN peak_bytes_w INTEGER;
ALTER TABLE moment_site ADD COLUMN peak_blocks_w INTEGER;
ALTER TABLE moment_site ADD COLUMN total_bytes_w INTEGER;
ALTER TABLE moment_site ADD COLUMN total_blocks_w INTEGER;
ALTER TABLE moment_site ADD COLUMN temporary_blocks_w INTEGER;
ALTER TABLE moment_site ADD COLUMN read_bytes_w INTEGER;
ALTER TABLE moment_site ADD COLUMN write_bytes_w INTEGER;
ALTER TABLE moment_site ADD COLUMN max_bytes_w INTEGER;
ALTER TABLE moment_site ADD COLUMN max_blocks_w INTEGER;
ALTER TABLE moment_site ADD COLUMN lifetime_w INTEGER;
ALTER TABLE moment_site ADD COLUMN raw_live_bytes_w INTEGER;
ALTER TABLE moment_site ADD COLUMN raw_live_blocks_w INTEGER;
ALTER TABLE moment_site ADD COLUMN raw_total_bytes_w INTEGER;
ALTER TABLE moment_site ADD COLUMN raw_total_blocks_w INTEGER;
UPDATE moment_site SET
  moment_w = length(moment) / n,
  site_w = length(site) / n,
  live_bytes_w = length(live_bytes) / n,
  live_blocks_w = length(live_blocks) / n,
  peak_bytes_w = length(peak_bytes) / n,
  peak_blocks_w = length(peak_blocks) / n,
  total_bytes_w = length(total_bytes) / n,
  total_blocks_w = length(total_blocks) / n,
  temporary_blocks_w = length(temporary_blocks) / n,
  read_bytes_w = length(read_bytes) / n,
  write_bytes_w = length(write_bytes) / n,
  max_bytes_w = length(max_bytes) / n,
  max_blocks_w = length(max_blocks) / n,
  lifetime_w = length(lifetime) / n,
  raw_live_bytes_w = length(raw_live_bytes) / n,
  raw_live_blocks_w = length(raw_live_blocks) / n,
  raw_total_bytes_w = length(raw_total_bytes) / n,
  raw_total_blocks_w = length(raw_total_blocks) / n;

-- By the key of the path's string.
CREATE TABLE base_name (key INTEGER PRIMARY KEY, text TEXT NOT NULL);
INSERT INTO base_name
SELECT path.key, replace(path.text, rtrim(path.text, replace(path.text, '/', '')), '')
FROM (SELECT DISTINCT (key >> 32 << 32) + module AS key FROM frame WHERE module IS NOT NULL) used
JOIN string path ON path.key = used.key;

CREATE VIEW v_site AS
SELECT p.id AS profile, k.key & 4294967295 AS site, k.key AS site_key,
  COALESCE(function.text, base.text || printf('+0x%x', f.address), '[no stack]') AS name,
  function.text AS function, module.text AS module, file.text AS file, f.line AS line,
  CAST(substr(s.live_bytes, 1 + (k.key & 63) * s.live_bytes_w, s.live_bytes_w) AS INTEGER) AS live_bytes,
  CAST(substr(s.live_blocks, 1 + (k.key & 63) * s.live_blocks_w, s.live_blocks_w) AS INTEGER) AS live_blocks,
  CAST(substr(s.peak_bytes, 1 + (k.key & 63) * s.peak_bytes_w, s.peak_bytes_w) AS INTEGER) AS peak_bytes,
  CAST(substr(s.peak_blocks, 1 + (k.key & 63) * s.peak_blocks_w, s.peak_blocks_w) AS INTEGER) AS peak_blocks,
  CAST(substr(s.total_bytes, 1 + (k.key & 63) * s.total_bytes_w, s.total_bytes_w) AS INTEGER) AS total_bytes,
  CAST(substr(s.total_blocks, 1 + (k.key & 63) * s.total_blocks_w, s.total_blocks_w) AS INTEGER) AS total_blocks,
  CAST(substr(s.temporary_blocks, 1 + (k.key & 63) * s.temporary_blocks_w, s.temporary_blocks_w) AS INTEGER) AS temporary_blocks,
  CAST(substr(s.read_bytes, 1 + (k.key & 63) * s.read_bytes_w, s.read_bytes_w) AS INTEGER) AS read_bytes,
  CAST(substr(s.write_bytes, 1 + (k.key & 63) * s.write_bytes_w, s.write_bytes_w) AS INTEGER) AS write_bytes,
  CAST(substr(s.max_bytes, 1 + (k.key & 63) * s.max_bytes_w, s.max_bytes_w) AS INTEGER) AS max_bytes,
  CAST(substr(s.max_blocks, 1 + (k.key & 63) * s.max_blocks_w, s.max_blocks_w) AS INTEGER) AS max_blocks,
  CAST(substr(s.lifetime, 1 + (k.key & 63) * s.lifetime_w, s.lifetime_w) AS INTEGER) AS lifetime,
  CAST(substr(s.raw_live_bytes, 1 + (k.key & 63) * s.raw_live_bytes_w, s.raw_live_bytes_w) AS INTEGER) AS raw_live_bytes,
  CAST(substr(s.raw_live_blocks, 1 + (k.key & 63) * s.raw_live_blocks_w, s.raw_live_blocks_w) AS INTEGER) AS raw_live_blocks,
  CAST(substr(s.raw_total_bytes, 1 + (k.key & 63) * s.raw_total_bytes_w, s.raw_total_bytes_w) AS INTEGER) AS raw_total_bytes,
  CAST(substr(s.raw_total_blocks, 1 + (k.key & 63) * s.raw_total_blocks_w, s.raw_total_blocks_w) AS INTEGER) AS raw_total_blocks
FROM profile p
JOIN site_key k ON k.key BETWEEN p.id << 32 AND (p.id << 32) + 4294967295
JOIN site s ON s.key = k.key >> 6
LEFT JOIN frame f ON f.key = (p.id << 32)
  + NULLIF(CAST(substr(s.frame, 1 + (k.key & 63) * s.frame_w, s.frame_w) AS INTEGER), 0)
LEFT JOIN string function ON function.key = (p.id << 32) + f.function
LEFT JOIN string module ON module.key = (p.id << 32) + f.module
LEFT JOIN base_name base ON base.key = (p.id << 32) + f.module
LEFT JOIN string file ON file.key = (p.id << 32) + f.file;

-- A stack is walked from the site to the root by the recursive query, whose frames json_each()
-- hands on one by one: that way only the stacks that are asked for are walked. A parent that is not
-- lower than its child is damage and ends the walk.
CREATE VIEW v_stack AS
SELECT p.id AS profile, k.key & 4294967295 AS site, k.key AS site_key,
  walk.key + 1 AS depth,
  COALESCE(function.text, base.text || printf('+0x%x', f.address), '[no stack]') AS name,
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
    FROM (SELECT CAST(substr(s.stack, 1 + (k.key & 63) * s.stack_w, s.stack_w) AS INTEGER) AS id) start
    UNION ALL
    SELECT up.level + 1,
      CAST(substr(t.parent, 1 + (up.id & 63) * t.parent_w, t.parent_w) AS INTEGER),
      up.id,
      CAST(substr(t.frame, 1 + (up.id & 63) * t.frame_w, t.frame_w) AS INTEGER)
    FROM up JOIN stack t ON t.key = ((p.id << 32) + up.id) >> 6
    WHERE up.id > 0 AND up.id < up.above)
  SELECT '[' || group_concat(frame) || ']' FROM (
    SELECT frame FROM up WHERE level > 0 ORDER BY level DESC))) walk
JOIN frame f ON f.key = (p.id << 32) + walk.value
LEFT JOIN string function ON function.key = (p.id << 32) + f.function
LEFT JOIN string module ON module.key = (p.id << 32) + f.module
LEFT JOIN base_name base ON base.key = (p.id << 32) + f.module
LEFT JOIN string file ON file.key = (p.id << 32) + f.file;

CREATE VIEW v_timeline AS
SELECT p.id AS profile, CAST(substr(r.moment, 1 + o.n * r.moment_w, r.moment_w) AS INTEGER) AS moment,
  m.time AS time, m.number AS number,
  CAST(substr(r.site, 1 + o.n * r.site_w, r.site_w) AS INTEGER) AS site,
  (p.id << 32) + CAST(substr(r.site, 1 + o.n * r.site_w, r.site_w) AS INTEGER) AS site_key,
  function.text AS function,
  CAST(substr(r.live_bytes, 1 + o.n * r.live_bytes_w, r.live_bytes_w) AS INTEGER) AS live_bytes,
  CAST(substr(r.live_blocks, 1 + o.n * r.live_blocks_w, r.live_blocks_w) AS INTEGER) AS live_blocks,
  CAST(substr(r.peak_bytes, 1 + o.n * r.peak_bytes_w, r.peak_bytes_w) AS INTEGER) AS peak_bytes,
  CAST(substr(r.peak_blocks, 1 + o.n * r.peak_blocks_w, r.peak_blocks_w) AS INTEGER) AS peak_blocks,
  CAST(substr(r.total_bytes, 1 + o.n * r.total_bytes_w, r.total_bytes_w) AS INTEGER) AS total_bytes,
  CAST(substr(r.total_blocks, 1 + o.n * r.total_blocks_w, r.total_blocks_w) AS INTEGER) AS total_blocks,
  CAST(substr(r.temporary_blocks, 1 + o.n * r.temporary_blocks_w, r.temporary_blocks_w) AS INTEGER) AS temporary_blocks,
  CAST(substr(r.read_bytes, 1 + o.n * r.read_bytes_w, r.read_bytes_w) AS INTEGER) AS read_bytes,
  CAST(substr(r.write_bytes, 1 + o.n * r.write_bytes_w, r.write_bytes_w) AS INTEGER) AS write_bytes,
  CAST(substr(r.max_bytes, 1 + o.n * r.max_bytes_w, r.max_bytes_w) AS INTEGER) AS max_bytes,
  CAST(substr(r.max_blocks, 1 + o.n * r.max_blocks_w, r.max_blocks_w) AS INTEGER) AS max_blocks,
  CAST(substr(r.lifetime, 1 + o.n * r.lifetime_w, r.lifetime_w) AS INTEGER) AS lifetime,
  CAST(substr(r.raw_live_bytes, 1 + o.n * r.raw_live_bytes_w, r.raw_live_bytes_w) AS INTEGER) AS raw_live_bytes,
  CAST(substr(r.raw_live_blocks, 1 + o.n * r.raw_live_blocks_w, r.raw_live_blocks_w) AS INTEGER) AS raw_live_blocks,
  CAST(substr(r.raw_total_bytes, 1 + o.n * r.raw_total_bytes_w, r.raw_total_bytes_w) AS INTEGER) AS raw_total_bytes,
  CAST(substr(r.raw_total_blocks, 1 + o.n * r.raw_total_blocks_w, r.raw_total_blocks_w) AS INTEGER) AS raw_total_blocks
FROM profile p
JOIN moment_site r ON r.key BETWEEN p.id << 26 AND (p.id << 26) + 67108863
CROSS JOIN ordinal o ON o.n < r.n
LEFT JOIN moment m ON m.key = (p.id << 32)
  + CAST(substr(r.moment, 1 + o.n * r.moment_w, r.moment_w) AS INTEGER)
LEFT JOIN site s ON s.key = ((p.id << 32)
  + CAST(substr(r.site, 1 + o.n * r.site_w, r.site_w) AS INTEGER)) >> 6
LEFT JOIN frame f ON f.key = (p.id << 32) + NULLIF(CAST(substr(s.frame,
  1 + (CAST(substr(r.site, 1 + o.n * r.site_w, r.site_w) AS INTEGER) & 63)
    * s.frame_w, s.frame_w) AS INTEGER), 0)
LEFT JOIN string function ON function.key = (p.id << 32) + f.function;
