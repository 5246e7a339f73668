-- SPDX-License-Identifier: GPL-3.0-or-later
-- Frames of containers have a category of their own, 5: the views name it.

DROP VIEW v_stack;
CREATE VIEW v_stack AS
SELECT p.id AS profile, s.key & 4294967295 AS site, s.key AS site_key,
  walk.key + 1 AS depth,
  COALESCE(function.text, replace(module.text, rtrim(module.text, replace(module.text, '/', '')), '')
    || printf('+0x%x', f.address), '[no stack]') AS name,
  function.text AS function, file.text AS file,
  f.line AS line, module.text AS module, f.flags & 1 AS inlined,
  CASE f.category WHEN 0 THEN 'application' WHEN 1 THEN 'allocator' WHEN 2 THEN 'entry'
    WHEN 3 THEN 'async' WHEN 5 THEN 'container' ELSE 'plumbing' END AS category,
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

DROP VIEW v_symbol;
CREATE VIEW v_symbol AS
SELECT p.id AS profile, f.key & 4294967295 AS frame, function.text AS function, file.text AS file,
  f.line AS line, module.text AS module, f.address AS address, f.flags & 1 AS inlined,
  CASE f.category WHEN 0 THEN 'application' WHEN 1 THEN 'allocator' WHEN 2 THEN 'entry'
    WHEN 3 THEN 'async' WHEN 5 THEN 'container' ELSE 'plumbing' END AS category,
  build_id.text AS build_id, status.text AS status
FROM profile p
JOIN frame f ON f.key BETWEEN (p.id << 32) + 1 AND (p.id << 32) + 4294967295
LEFT JOIN string function ON function.key = (p.id << 32) + f.function
LEFT JOIN string file ON file.key = (p.id << 32) + f.file
LEFT JOIN string module ON module.key = (p.id << 32) + f.module
LEFT JOIN module o ON o.key = (p.id << 32) + f.object
LEFT JOIN string build_id ON build_id.key = (p.id << 32) + o.build_id
LEFT JOIN string status ON status.key = (p.id << 32) + o.status;

DROP VIEW v_description;
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
  ('v_stack', 'category', 'application, allocator, entry, async, container or plumbing'),
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
  ('v_symbol', 'category', 'application, allocator, entry, async, container or plumbing'),
  ('v_symbol', 'build_id', 'of the object file, lower-case hex'),
  ('v_symbol', 'status', 'how the object file was symbolised; NULL: not tried');
