-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The store, version 1: profiles in one SQLite file.
--
-- Public are the views (v_profile, v_moment, v_site, v_stack, v_timeline, v_symbol): their columns
-- keep name and meaning; v_description says what each of them holds. The tables below them may
-- change with user_version.
--
-- Every table but `profile` has `key` = profile << 32 | n, n counting from 0 within the profile: a
-- profile's rows lie together, in order, and an import only ever appends. Other numbers are the n
-- of a row in the table they name, of the same profile. What a profile does not tell is NULL, never
-- zero.

CREATE TABLE profile (
  id INTEGER PRIMARY KEY CHECK (id > 0 AND id < 2147483648),
  key TEXT NOT NULL UNIQUE,          -- of the content and of the options that change the result
  created INTEGER NOT NULL,          -- seconds since 1970
  last_used INTEGER NOT NULL,        -- … to within a minute
  bytes INTEGER NOT NULL,            -- what it takes in this file
  path TEXT,
  format TEXT NOT NULL,
  variant INTEGER, command INTEGER,  -- strings
  pid INTEGER,
  sample_period INTEGER,
  time_unit TEXT,                    -- 'ms', 'us', 'instructions'
  duration INTEGER, peak_time INTEGER, short_lifetime INTEGER,
  peak_rss_bytes INTEGER,
  suppressed_bytes INTEGER,
  byte_unit INTEGER, block_unit INTEGER, -- strings
  process_key INTEGER,
  modules_known INTEGER NOT NULL,
  default_metric TEXT NOT NULL,
  incomplete INTEGER NOT NULL,
  site_metrics TEXT NOT NULL,        -- the columns of `site` (of `moment_site`) that are there,
  moment_metrics TEXT NOT NULL,      -- separated by spaces
  -- rows in each table
  strings INTEGER NOT NULL, frames INTEGER NOT NULL, stacks INTEGER NOT NULL,
  sites INTEGER NOT NULL, moments INTEGER NOT NULL, moment_sites INTEGER NOT NULL,
  modules INTEGER NOT NULL, threads INTEGER NOT NULL, thread_sites INTEGER NOT NULL,
  accesses INTEGER NOT NULL, warnings INTEGER NOT NULL
);

-- 0 is the empty string; columns that name a string are NULL instead.
CREATE TABLE string (key INTEGER PRIMARY KEY, text TEXT NOT NULL);

-- flags: 1 inlined, 2 run-time address, 4 a note and not code, 8 name from a symbol table,
-- 16 ELF virtual address, 32 of a function's start.
-- category: 0 application, 1 allocator, 2 entry, 3 async, 4 plumbing.
-- Unsigned 64-bit numbers (address, uid, process_key) wrap to negative ones.
CREATE TABLE frame (
  key INTEGER PRIMARY KEY,
  function INTEGER, file INTEGER, line INTEGER, module INTEGER, -- strings but the line
  address INTEGER, flags INTEGER NOT NULL, category INTEGER NOT NULL,
  object INTEGER                     -- row of `module` with the path
);

-- 0 is the root; a parent's number is lower than its children's.
CREATE TABLE stack (key INTEGER PRIMARY KEY, parent INTEGER, frame INTEGER);

-- frame: the innermost of the stack that is not an allocator's.
CREATE TABLE site (
  key INTEGER PRIMARY KEY, stack INTEGER NOT NULL, frame INTEGER,
  live_bytes INTEGER, live_blocks INTEGER, peak_bytes INTEGER, peak_blocks INTEGER, total_bytes
  INTEGER, total_blocks INTEGER, temporary_blocks INTEGER, read_bytes INTEGER, write_bytes
  INTEGER, max_bytes INTEGER, max_blocks INTEGER, lifetime INTEGER, raw_live_bytes INTEGER,
  raw_live_blocks INTEGER, raw_total_bytes INTEGER, raw_total_blocks INTEGER
);

-- kind: 0 instant of a trace, 1 dump. first_row: of moment_site.
CREATE TABLE moment (
  key INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL, time INTEGER, number INTEGER, label INTEGER,
  live_bytes INTEGER, live_blocks INTEGER, max_bytes INTEGER, total_bytes INTEGER,
  total_blocks INTEGER, temporary_blocks INTEGER, rss_bytes INTEGER, first_row INTEGER NOT NULL
);

-- What a site holds from a moment on; only where that differs from the moment before.
CREATE TABLE moment_site (
  key INTEGER PRIMARY KEY, moment INTEGER, site INTEGER NOT NULL,
  live_bytes INTEGER, live_blocks INTEGER, peak_bytes INTEGER, peak_blocks INTEGER, total_bytes
  INTEGER, total_blocks INTEGER, temporary_blocks INTEGER, read_bytes INTEGER, write_bytes
  INTEGER, max_bytes INTEGER, max_blocks INTEGER, lifetime INTEGER, raw_live_bytes INTEGER,
  raw_live_blocks INTEGER, raw_total_bytes INTEGER, raw_total_blocks INTEGER
);

CREATE TABLE module (key INTEGER PRIMARY KEY, path INTEGER, build_id INTEGER, status INTEGER);

CREATE TABLE thread (key INTEGER PRIMARY KEY, uid INTEGER NOT NULL, name INTEGER);

CREATE TABLE thread_site (
  key INTEGER PRIMARY KEY, site INTEGER NOT NULL, thread INTEGER NOT NULL,
  live_bytes INTEGER, live_blocks INTEGER, total_bytes INTEGER, total_blocks INTEGER
);

-- How often each byte of a site's blocks was read or written: zig-zag varints.
CREATE TABLE access (
  key INTEGER PRIMARY KEY, site INTEGER NOT NULL, unreliable INTEGER NOT NULL, data BLOB NOT NULL
);

CREATE TABLE warning (key INTEGER PRIMARY KEY, text TEXT NOT NULL);

-- The views go from a profile to the range of its keys, so that `WHERE profile = …` reads that
-- profile's rows alone.

CREATE VIEW v_profile AS
SELECT p.id AS profile, p.key AS key, p.path AS path, p.format AS format, variant.text AS variant,
  command.text AS command, p.pid AS pid, p.sample_period AS sample_period,
  p.time_unit AS time_unit, p.duration AS duration, p.peak_time AS peak_time,
  p.short_lifetime AS short_lifetime, p.peak_rss_bytes AS peak_rss_bytes,
  p.suppressed_bytes AS suppressed_bytes, byte_unit.text AS byte_unit,
  block_unit.text AS block_unit, p.default_metric AS default_metric, p.site_metrics AS metrics,
  p.incomplete AS incomplete, p.warnings AS warnings, p.stacks - 1 AS stacks, p.sites AS sites,
  p.moments AS moments, p.modules AS modules, p.threads AS threads, p.created AS created,
  p.last_used AS last_used, p.bytes AS bytes
FROM profile p
LEFT JOIN string variant ON variant.key = (p.id << 32) + p.variant
LEFT JOIN string command ON command.key = (p.id << 32) + p.command
LEFT JOIN string byte_unit ON byte_unit.key = (p.id << 32) + p.byte_unit
LEFT JOIN string block_unit ON block_unit.key = (p.id << 32) + p.block_unit;

CREATE VIEW v_moment AS
SELECT p.id AS profile, m.key & 4294967295 AS moment,
  CASE m.kind WHEN 0 THEN 'instant' ELSE 'dump' END AS kind, m.time AS time, m.number AS number,
  label.text AS label, m.live_bytes AS live_bytes, m.live_blocks AS live_blocks,
  m.max_bytes AS max_bytes, m.total_bytes AS total_bytes, m.total_blocks AS total_blocks,
  m.temporary_blocks AS temporary_blocks, m.rss_bytes AS rss_bytes
FROM profile p
JOIN moment m ON m.key BETWEEN p.id << 32 AND (p.id << 32) + 4294967295
LEFT JOIN string label ON label.key = (p.id << 32) + m.label;

CREATE VIEW v_site AS
SELECT p.id AS profile, s.key & 4294967295 AS site, s.key AS site_key,
  COALESCE(function.text, replace(module.text, rtrim(module.text, replace(module.text, '/', '')), '')
    || printf('+0x%x', f.address), '[no stack]') AS name,
  function.text AS function,
  module.text AS module, file.text AS file, f.line AS line,
  s.live_bytes AS live_bytes, s.live_blocks AS live_blocks, s.peak_bytes AS peak_bytes,
  s.peak_blocks AS peak_blocks, s.total_bytes AS total_bytes, s.total_blocks AS total_blocks,
  s.temporary_blocks AS temporary_blocks, s.read_bytes AS read_bytes, s.write_bytes AS
  write_bytes, s.max_bytes AS max_bytes, s.max_blocks AS max_blocks, s.lifetime AS lifetime,
  s.raw_live_bytes AS raw_live_bytes, s.raw_live_blocks AS raw_live_blocks, s.raw_total_bytes AS
  raw_total_bytes, s.raw_total_blocks AS raw_total_blocks
FROM profile p
JOIN site s ON s.key BETWEEN p.id << 32 AND (p.id << 32) + 4294967295
LEFT JOIN frame f ON f.key = (p.id << 32) + s.frame
LEFT JOIN string function ON function.key = (p.id << 32) + f.function
LEFT JOIN string module ON module.key = (p.id << 32) + f.module
LEFT JOIN string file ON file.key = (p.id << 32) + f.file;

-- A stack is walked from the site to the root by the recursive query, whose frames json_each()
-- hands on one by one: that way only the stacks that are asked for are walked. A parent that is not
-- lower than its child is damage and ends the walk.
CREATE VIEW v_stack AS
SELECT p.id AS profile, s.key & 4294967295 AS site, s.key AS site_key,
  walk.key + 1 AS depth,
  COALESCE(function.text, replace(module.text, rtrim(module.text, replace(module.text, '/', '')), '')
    || printf('+0x%x', f.address), '[no stack]') AS name,
  function.text AS function, file.text AS file,
  f.line AS line, module.text AS module, f.flags & 1 AS inlined,
  CASE f.category WHEN 0 THEN 'application' WHEN 1 THEN 'allocator' WHEN 2 THEN 'entry'
    WHEN 3 THEN 'async' ELSE 'plumbing' END AS category,
  f.address AS address
FROM profile p
JOIN site s ON s.key BETWEEN p.id << 32 AND (p.id << 32) + 4294967295
JOIN json_each((
  WITH RECURSIVE up (level, id, parent, frame) AS (
    SELECT 0, s.stack, k.parent, k.frame FROM stack k
    WHERE k.key = (p.id << 32) + s.stack AND s.stack > 0
    UNION ALL
    SELECT up.level + 1, up.parent, k.parent, k.frame
    FROM up JOIN stack k ON k.key = (p.id << 32) + up.parent
    WHERE up.parent > 0 AND up.parent < up.id)
  SELECT '[' || group_concat(frame) || ']' FROM (SELECT frame FROM up ORDER BY level DESC))) walk
JOIN frame f ON f.key = (p.id << 32) + walk.value
LEFT JOIN string function ON function.key = (p.id << 32) + f.function
LEFT JOIN string file ON file.key = (p.id << 32) + f.file
LEFT JOIN string module ON module.key = (p.id << 32) + f.module;

CREATE VIEW v_timeline AS
SELECT p.id AS profile, r.moment AS moment, m.time AS time, m.number AS number, r.site AS site,
  (p.id << 32) + r.site AS site_key, function.text AS function,
  r.live_bytes AS live_bytes, r.live_blocks AS live_blocks, r.peak_bytes AS peak_bytes,
  r.peak_blocks AS peak_blocks, r.total_bytes AS total_bytes, r.total_blocks AS total_blocks,
  r.temporary_blocks AS temporary_blocks, r.read_bytes AS read_bytes, r.write_bytes AS
  write_bytes, r.max_bytes AS max_bytes, r.max_blocks AS max_blocks, r.lifetime AS lifetime,
  r.raw_live_bytes AS raw_live_bytes, r.raw_live_blocks AS raw_live_blocks, r.raw_total_bytes AS
  raw_total_bytes, r.raw_total_blocks AS raw_total_blocks
FROM profile p
JOIN moment_site r ON r.key BETWEEN p.id << 32 AND (p.id << 32) + 4294967295
LEFT JOIN moment m ON m.key = (p.id << 32) + r.moment
LEFT JOIN site s ON s.key = (p.id << 32) + r.site
LEFT JOIN frame f ON f.key = (p.id << 32) + s.frame
LEFT JOIN string function ON function.key = (p.id << 32) + f.function;

CREATE VIEW v_symbol AS
SELECT p.id AS profile, f.key & 4294967295 AS frame, function.text AS function, file.text AS file,
  f.line AS line, module.text AS module, f.address AS address, f.flags & 1 AS inlined,
  CASE f.category WHEN 0 THEN 'application' WHEN 1 THEN 'allocator' WHEN 2 THEN 'entry'
    WHEN 3 THEN 'async' ELSE 'plumbing' END AS category,
  build_id.text AS build_id, status.text AS status
FROM profile p
JOIN frame f ON f.key BETWEEN (p.id << 32) + 1 AND (p.id << 32) + 4294967295
LEFT JOIN string function ON function.key = (p.id << 32) + f.function
LEFT JOIN string file ON file.key = (p.id << 32) + f.file
LEFT JOIN string module ON module.key = (p.id << 32) + f.module
LEFT JOIN module o ON o.key = (p.id << 32) + f.object
LEFT JOIN string build_id ON build_id.key = (p.id << 32) + o.build_id
LEFT JOIN string status ON status.key = (p.id << 32) + o.status;

-- What the public views hold, for people and for --sql.
CREATE VIEW v_description (view, name, meaning) AS
VALUES
  ('v_profile', 'profile', 'number of the profile in this store'),
  ('v_profile', 'key', 'hash of the content and of the options of its import'),
  ('v_profile', 'path', 'the file, as given'),
  ('v_profile', 'format', 'dhat, jemalloc, gperftools, heaptrack, …'),
  ('v_profile', 'variant', 'version or dialect of the format'),
  ('v_profile', 'command', 'the recorded program''s command line'),
  ('v_profile', 'pid', 'its process id'),
  ('v_profile', 'sample_period', 'mean bytes between samples; NULL: every allocation counted'),
  ('v_profile', 'time_unit', 'ms, us or instructions: the unit of all times of the profile'),
  ('v_profile', 'duration', 'of the recording'),
  ('v_profile', 'peak_time', 'when most bytes were live'),
  ('v_profile', 'short_lifetime', 'what the recorder calls short-lived'),
  ('v_profile', 'peak_rss_bytes', 'highest resident set size'),
  ('v_profile', 'suppressed_bytes', 'of the live bytes: matched by leak suppressions'),
  ('v_profile', 'byte_unit', 'what bytes count, where they are not bytes'),
  ('v_profile', 'block_unit', 'what blocks count, where they are not blocks'),
  ('v_profile', 'default_metric', 'the metric shown unless another is asked for'),
  ('v_profile', 'metrics', 'the metric columns of v_site that are not NULL'),
  ('v_profile', 'incomplete', '1: the file was cut short'),
  ('v_profile', 'warnings', 'number of warnings of the import'),
  ('v_profile', 'stacks', 'number of distinct stacks'),
  ('v_profile', 'sites', 'number of stacks that allocate'),
  ('v_profile', 'moments', 'number of moments; 0: its end alone'),
  ('v_profile', 'modules', 'number of object files'),
  ('v_profile', 'threads', 'number of threads'),
  ('v_profile', 'created', 'when it was stored, in seconds since 1970'),
  ('v_profile', 'last_used', 'when it was last read, to within a minute'),
  ('v_profile', 'bytes', 'what it takes in this store'),
  ('v_moment', 'profile', 'number of the profile in this store'),
  ('v_moment', 'moment', 'number of the moment, oldest first'),
  ('v_moment', 'kind', 'instant of a trace, or dump'),
  ('v_moment', 'time', 'since the start, in time_unit'),
  ('v_moment', 'number', 'sequence number of a dump'),
  ('v_moment', 'label', 'file name of a dump'),
  ('v_moment', 'live_bytes', 'bytes live at the moment'),
  ('v_moment', 'live_blocks', 'blocks live'),
  ('v_moment', 'max_bytes', 'highest live bytes since the moment before'),
  ('v_moment', 'total_bytes', 'bytes allocated since the start'),
  ('v_moment', 'total_blocks', 'blocks allocated since the start'),
  ('v_moment', 'temporary_blocks', 'temporary blocks since the start'),
  ('v_moment', 'rss_bytes', 'resident set size'),
  ('v_site', 'profile', 'number of the profile in this store'),
  ('v_site', 'site', 'number of the site in its profile'),
  ('v_site', 'site_key', 'number of the site in this store: join views on it'),
  ('v_site', 'name', 'the function, or module+0xoffset of one without a name'),
  ('v_site', 'function', 'name of the innermost frame that is not an allocator''s; NULL: unknown'),
  ('v_site', 'module', 'its object file'),
  ('v_site', 'file', 'its source file'),
  ('v_site', 'line', 'its source line'),
  ('v_site', 'live_bytes', 'bytes live at the end (of a dump: at the dump)'),
  ('v_site', 'live_blocks', 'blocks live at the end'),
  ('v_site', 'peak_bytes', 'bytes live at the peak of the whole process'),
  ('v_site', 'peak_blocks', 'blocks live at that peak'),
  ('v_site', 'total_bytes', 'bytes allocated over the whole run (or byte_unit)'),
  ('v_site', 'total_blocks', 'blocks allocated over the whole run'),
  ('v_site', 'temporary_blocks', 'blocks freed before the next allocation'),
  ('v_site', 'read_bytes', 'bytes read'),
  ('v_site', 'write_bytes', 'bytes written'),
  ('v_site', 'max_bytes', 'highest live bytes of this site alone: does not add up over sites'),
  ('v_site', 'max_blocks', 'blocks at that maximum'),
  ('v_site', 'lifetime', 'summed lifetimes of the blocks, in time_unit'),
  ('v_site', 'raw_live_bytes', 'live bytes as sampled, before the estimate'),
  ('v_site', 'raw_live_blocks', 'live blocks as sampled'),
  ('v_site', 'raw_total_bytes', 'total bytes as sampled'),
  ('v_site', 'raw_total_blocks', 'total blocks as sampled'),
  ('v_stack', 'profile', 'number of the profile in this store'),
  ('v_stack', 'site', 'number of the site in its profile'),
  ('v_stack', 'site_key', 'number of the site in this store: join views on it'),
  ('v_stack', 'depth', '1: the outermost frame'),
  ('v_stack', 'name', 'the function, or module+0xoffset of one without a name'),
  ('v_stack', 'function', 'name of the frame; NULL: unknown'),
  ('v_stack', 'file', 'its source file'),
  ('v_stack', 'line', 'its source line'),
  ('v_stack', 'module', 'its object file'),
  ('v_stack', 'inlined', '1: inlined into its caller'),
  ('v_stack', 'category', 'application, allocator, entry, async or plumbing'),
  ('v_stack', 'address', 'of an unresolved frame: offset in the module or run-time address'),
  ('v_timeline', 'profile', 'number of the profile in this store'),
  ('v_timeline', 'moment', 'a moment at which the site''s values changed'),
  ('v_timeline', 'time', 'of the moment'),
  ('v_timeline', 'number', 'of the moment'),
  ('v_timeline', 'site', 'number of the site in its profile'),
  ('v_timeline', 'site_key', 'number of the site in this store: join views on it'),
  ('v_timeline', 'function', 'name of the site, as in v_site; NULL: unknown'),
  ('v_timeline', 'live_bytes', 'from this moment until the site''s next row: live bytes'),
  ('v_timeline', 'live_blocks', 'from this moment until the site''s next row: live blocks'),
  ('v_timeline', 'peak_bytes', 'as live_bytes: bytes live at the peak of the whole process'),
  ('v_timeline', 'peak_blocks', 'as live_bytes: blocks live at that peak'),
  ('v_timeline', 'total_bytes', 'as live_bytes: bytes allocated over the whole run'),
  ('v_timeline', 'total_blocks', 'as live_bytes: blocks allocated over the whole run'),
  ('v_timeline', 'temporary_blocks', 'as live_bytes: blocks freed before the next allocation'),
  ('v_timeline', 'read_bytes', 'as live_bytes: bytes read'),
  ('v_timeline', 'write_bytes', 'as live_bytes: bytes written'),
  ('v_timeline', 'max_bytes', 'as live_bytes: highest live bytes of this site alone'),
  ('v_timeline', 'max_blocks', 'as live_bytes: blocks at that maximum'),
  ('v_timeline', 'lifetime', 'as live_bytes: summed lifetimes of the blocks'),
  ('v_timeline', 'raw_live_bytes', 'as live_bytes: live bytes as sampled'),
  ('v_timeline', 'raw_live_blocks', 'as live_bytes: live blocks as sampled'),
  ('v_timeline', 'raw_total_bytes', 'as live_bytes: total bytes as sampled'),
  ('v_timeline', 'raw_total_blocks', 'as live_bytes: total blocks as sampled'),
  ('v_symbol', 'profile', 'number of the profile in this store'),
  ('v_symbol', 'frame', 'number of the frame in its profile'),
  ('v_symbol', 'function', 'name of the frame; NULL: unknown'),
  ('v_symbol', 'file', 'its source file'),
  ('v_symbol', 'line', 'its source line'),
  ('v_symbol', 'module', 'its object file'),
  ('v_symbol', 'address', 'of an unresolved frame: offset in the module or run-time address'),
  ('v_symbol', 'inlined', '1: inlined into its caller'),
  ('v_symbol', 'category', 'application, allocator, entry, async or plumbing'),
  ('v_symbol', 'build_id', 'of the object file, lower-case hex'),
  ('v_symbol', 'status', 'how the object file was symbolised; NULL: not tried');
