/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhat-frame.h"
#include "dhat-private.h"
#include "importer.h"
#include "json-scan.h"
#include "varint.h"

#include <string.h>

/* DHAT's JSON, versions 1 (Valgrind 3.15, 3.16) and 2, read in one pass: here from the bytes to an
 * HvDhatFile, in dhat-build.c from that to the profile. */

#define MAX_NAMES 1000000000u
#define MAX_POINTS 1000000000u

/* The fields of a program point: its costs (HvDhatCost) and */
enum
{
  ACC = HV_DHAT_N_COSTS,
  FS,
  UNKNOWN
};

typedef struct
{
  int64_t cost[HV_DHAT_N_COSTS];
  HvDhatAccess access;
} Point;

typedef struct
{
  HvJsonScan scan;
  HvProfile *profile;
  HvDhatFile file;
  gboolean in_points;
} Dhat;

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  *error = g_error_new_valist (HV_ERROR, HV_ERROR_FORMAT, format, args);
  va_end (args);
  return FALSE;
}

static void
dhat_init (Dhat *d, HvInput *input, HvProfile *profile)
{
  *d = (Dhat){ .profile = profile,
               .file = { .lifetimes = -1, .accesses = -1, .costs_all = UINT32_MAX } };
  hv_json_scan_init (&d->scan, input);
  d->file.stacks = hv_dhat_stacks_new (hv_input_size (input));
  d->file.access_data = g_byte_array_new ();
}

static void
dhat_clear (Dhat *d)
{
  hv_json_scan_clear (&d->scan);
  hv_dhat_file_clear (&d->file);
}

/* --- program points --- */

static gboolean
read_accesses (Dhat *d, Point *point, uint64_t *sum, GError **error)
{
  const int64_t *numbers;
  gsize n;
  uint32_t bytes;

  if (!hv_json_take (&d->scan, '[')
      || !hv_json_ints (&d->scan, 2 * HV_DHAT_MAX_ACCESS, &numbers, &n))
    return FALSE;
  const char *wrong = hv_dhat_check_access (numbers, n, &bytes, sum);
  if (wrong)
    return fail (error, "program point %u: %s", d->file.n_points + 1, wrong);
  if (bytes && hv_dhat_pack_access (d->file.access_data, numbers, n, &point->access))
    point->access.bytes = bytes;
  else if (n)
    d->file.n_long_accesses++;
  return TRUE;
}

static gboolean
add_stack (Dhat *d, const int64_t *frames, gsize n, GError **error)
{
  uint32_t *index = hv_dhat_stacks_room (d->file.stacks, (uint32_t) n);
  gboolean wrong = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      wrong |= (uint64_t) frames[i] >= UINT32_MAX;
      index[i] = (uint32_t) frames[i];
    }
  for (gsize i = n; wrong && i-- > 0;)
    if ((uint64_t) frames[i] >= UINT32_MAX)
      return fail (error, "program point %u names frame %" G_GINT64_FORMAT, d->file.n_points + 1,
                   frames[i]);
  hv_dhat_stacks_add (d->file.stacks, (uint32_t) n);
  return TRUE;
}

#define KEY(a, b, c) ((uint32_t) (a) | (uint32_t) (b) << 8 | (uint32_t) (c) << 16)

/* Version 1 has names of its own for three fields. */
static int
field_of_key (const char *key)
{
  if (key[0] == '\0' || key[1] == '\0' || (key[2] && key[3]))
    return UNKNOWN;
  switch (KEY (key[0] & 0xff, key[1] & 0xff, key[2] & 0xff))
    {
    case KEY ('t', 'b', 0):
      return HV_DHAT_TB;
    case KEY ('t', 'b', 'k'):
      return HV_DHAT_TBK;
    case KEY ('t', 'l', 0):
    case KEY ('t', 'l', 'i'):
      return HV_DHAT_TL;
    case KEY ('m', 'b', 0):
      return HV_DHAT_MB;
    case KEY ('m', 'b', 'k'):
      return HV_DHAT_MBK;
    case KEY ('g', 'b', 0):
      return HV_DHAT_GB;
    case KEY ('g', 'b', 'k'):
      return HV_DHAT_GBK;
    case KEY ('e', 'b', 0):
    case KEY ('f', 'b', 0):
      return HV_DHAT_EB;
    case KEY ('e', 'b', 'k'):
    case KEY ('f', 'b', 'k'):
      return HV_DHAT_EBK;
    case KEY ('r', 'b', 0):
      return HV_DHAT_RB;
    case KEY ('w', 'b', 0):
      return HV_DHAT_WB;
    case KEY ('a', 'c', 'c'):
      return ACC;
    case KEY ('f', 's', 0):
      return FS;
    default:
      return UNKNOWN;
    }
}

static gboolean
read_stack (Dhat *d, GError **error)
{
  const int64_t *frames;
  gsize n;

  /* Valgrind writes "fs":] when every frame was the allocator's */
  if (hv_json_peek (&d->scan) == ']')
    {
      d->scan.input->pos++;
      return add_stack (d, NULL, 0, error);
    }
  return hv_json_take (&d->scan, '[') && hv_json_ints (&d->scan, HV_DHAT_MAX_STACK, &frames, &n)
         && add_stack (d, frames, n, error);
}

static gboolean
add_point (Dhat *d, const Point *point, GError **error)
{
  HvDhatFile *file = &d->file;

  for (int c = 0; c < HV_DHAT_N_COSTS; c++)
    if (hv_metric_adds_up (hv_dhat_metric[c])
        && __builtin_add_overflow (file->total[c], point->cost[c], &file->total[c]))
      return fail (error, "program point %u: the sum of “%s” passes 9223372036854775807",
                   file->n_points + 1, hv_metric_title (hv_dhat_metric[c]));
  if (file->n_points == file->points_size)
    {
      file->points_size = MAX (256, file->points_size + file->points_size / 2);
      file->access = g_renew (HvDhatAccess, file->access, file->points_size);
    }
  file->access[file->n_points++] = point->access;

  if (file->costs_size - file->costs_used < HV_DHAT_N_COSTS * HV_MAX_VARINT)
    {
      file->costs_size += file->costs_size / 2 + 64 * 1024;
      file->costs = g_realloc (file->costs, file->costs_size);
    }
  uint8_t *at = file->costs + file->costs_used;
  for (int c = 0; c < HV_DHAT_N_COSTS; c++)
    at = hv_varint_put (at, (uint64_t) point->cost[c]);
  file->costs_used = (uint64_t) (at - file->costs);
  return TRUE;
}

static gboolean
read_point (Dhat *d, GError **error)
{
  HvDhatFile *file = &d->file;
  Point point = { 0 };
  uint64_t access_sum = 0;
  uint32_t seen = 0;

  if (!hv_json_take (&d->scan, '{'))
    return FALSE;
  for (gboolean first = TRUE; hv_json_more (&d->scan, '}', &first);)
    {
      if (!hv_json_key (&d->scan))
        return FALSE;
      int field = field_of_key (d->scan.key);
      if (field == UNKNOWN || hv_json_peek (&d->scan) == 'n')
        {
          if (!hv_json_skip (&d->scan))
            return FALSE;
          continue;
        }
      if (seen & 1u << field)
        return fail (error, "program point %u has its “%s” twice", file->n_points + 1, d->scan.key);
      seen |= 1u << field;
      if (field == FS)
        {
          if (!read_stack (d, error))
            return FALSE;
        }
      else if (field == ACC)
        {
          if (!read_accesses (d, &point, &access_sum, error))
            return FALSE;
        }
      else
        {
          if (!hv_json_int (&d->scan, &point.cost[field]))
            return FALSE;
          if (point.cost[field] < 0)
            return fail (error, "program point %u: a negative count (%s)", file->n_points + 1,
                         d->scan.key);
        }
    }
  if (hv_json_scan_failed (&d->scan))
    return FALSE;

  const char *lacks = !(seen & 1u << HV_DHAT_TB)    ? "tb"
                      : !(seen & 1u << HV_DHAT_TBK) ? "tbk"
                      : !(seen & 1u << FS)          ? "fs"
                                                    : NULL;
  if (lacks)
    return fail (error, "program point %u lacks its “%s”", file->n_points + 1, lacks);
  file->costs_any |= seen;
  file->costs_all &= seen;
  if (point.access.bytes && (seen & 1u << HV_DHAT_RB) && (seen & 1u << HV_DHAT_WB))
    point.access.unreliable = hv_dhat_judge_access (access_sum, point.cost[HV_DHAT_RB],
                                                    point.cost[HV_DHAT_WB]);
  return add_point (d, &point, error);
}

static gboolean
read_points (Dhat *d, GError **error)
{
  if (d->file.points_seen)
    return fail (error, "a second list of program points (at byte %" G_GUINT64_FORMAT ")",
                 hv_input_offset (d->scan.input));
  if (!hv_json_take (&d->scan, '['))
    return FALSE;
  d->file.points_seen = d->in_points = TRUE;
  for (gboolean first = TRUE; hv_json_more (&d->scan, ']', &first);)
    {
      if (d->file.n_points == MAX_POINTS)
        return fail (error, "more than %u program points", MAX_POINTS);
      if (!read_point (d, error))
        return FALSE;
    }
  if (hv_json_scan_failed (&d->scan))
    return FALSE;
  d->in_points = FALSE;
  return TRUE;
}

/* --- frame table --- */

static uint32_t
intern (HvProfile *profile, HvDhatPiece piece)
{
  return piece.length ? hv_profile_intern (profile, piece.text, (gssize) piece.length) : 0;
}

static void
add_name (Dhat *d, const char *text, gsize length)
{
  HvProfile *profile = d->profile;
  HvDhatFrame parsed;
  HvFrame frame = { 0 };

  hv_dhat_parse_frame (text, length, &parsed);
  frame.function = intern (profile, parsed.function);
  frame.file = intern (profile, parsed.file);
  frame.line = parsed.line;
  frame.module = intern (profile, parsed.object);
  /* with symbols Valgrind names the file of its wrappers, not the object that the rules know */
  if (frame.module == 0
      && strcmp (hv_basename (hv_profile_string (profile, frame.file)), "vg_replace_malloc.c") == 0)
    frame.module = hv_profile_intern (profile, "vgpreload_dhat", -1);
  if (frame.function == 0)
    {
      frame.address = parsed.address;
      frame.flags = HV_FRAME_RUNTIME_ADDRESS;
    }
  else if (d->file.n_names == 0 && length == strlen ("[root]")
           && memcmp (text, "[root]", length) == 0)
    frame.flags = HV_FRAME_SYNTHETIC;
  else if (parsed.object.length)
    frame.flags = HV_FRAME_SYMBOL_ONLY;

  if (d->file.n_names == d->file.names_size)
    {
      d->file.names_size = MAX (256, d->file.names_size + d->file.names_size / 2);
      d->file.names = g_renew (HvDhatName, d->file.names, d->file.names_size);
      d->file.name_frame = g_renew (HvFrame, d->file.name_frame, d->file.names_size);
    }
  d->file.name_frame[d->file.n_names] = frame;
  d->file.names[d->file.n_names++] = (HvDhatName){
    .address = parsed.address,
    .bogus = frame.function == 0 && frame.module == 0,
    .root = hv_dhat_is_root (&parsed),
  };
}

static gboolean
read_names (Dhat *d, GError **error)
{
  const char *text;
  gsize length;

  if (d->file.names_seen)
    return fail (error, "a second frame table (at byte %" G_GUINT64_FORMAT ")",
                 hv_input_offset (d->scan.input));
  if (!hv_json_take (&d->scan, '['))
    return FALSE;
  d->file.names_seen = TRUE;
  for (gboolean first = TRUE; hv_json_more (&d->scan, ']', &first);)
    {
      if (!hv_json_string (&d->scan, &text, &length))
        return FALSE;
      if (d->file.n_names == MAX_NAMES)
        return fail (error, "more than %u frames", MAX_NAMES);
      add_name (d, text, length);
    }
  if (hv_json_scan_failed (&d->scan))
    return FALSE;
  d->file.names_complete = TRUE;
  return TRUE;
}

/* --- the whole object --- */

static gboolean
read_text (Dhat *d, uint32_t *id)
{
  const char *text;
  gsize length;

  if (!hv_json_string (&d->scan, &text, &length))
    return FALSE;
  *id = hv_profile_intern (d->profile, text, (gssize) length);
  return TRUE;
}

static gboolean
read_flag (Dhat *d, int *flag)
{
  gboolean value;

  if (!hv_json_bool (&d->scan, &value))
    return FALSE;
  *flag = value;
  return TRUE;
}

static gboolean
read_count (Dhat *d, int64_t *count, GError **error)
{
  if (!hv_json_int (&d->scan, count))
    return FALSE;
  if (*count < 0)
    return fail (error, "“%s” is negative (at byte %" G_GUINT64_FORMAT ")", d->scan.key,
                 hv_input_offset (d->scan.input));
  return TRUE;
}

static gboolean
read_version (Dhat *d, GError **error)
{
  if (!hv_json_int (&d->scan, &d->file.version))
    return FALSE;
  if (d->file.version != 1 && d->file.version != 2)
    return fail (error,
                 "DHAT's file version %" G_GINT64_FORMAT
                 " is not known, only 1 and 2 are (at byte %" G_GUINT64_FORMAT ")",
                 d->file.version, hv_input_offset (d->scan.input));
  return TRUE;
}

static gboolean
read_time_unit (Dhat *d)
{
  static const struct
  {
    const char *text;
    HvTimeUnit unit;
  } units[] = {
    { "instrs", HV_TIME_INSTRUCTIONS },
    { "µs", HV_TIME_MICROSECONDS },
    { "us", HV_TIME_MICROSECONDS },
    { "ms", HV_TIME_MILLISECONDS },
  };
  const char *text;
  gsize length;

  if (!hv_json_string (&d->scan, &text, &length))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].text) == length && memcmp (units[i].text, text, length) == 0)
      d->profile->time_unit = units[i].unit;
  return TRUE;
}

static gboolean
read_member (Dhat *d, GError **error)
{
  HvProfile *profile = d->profile;

  if (!hv_json_key (&d->scan))
    return FALSE;
  const char *key = d->scan.key;
#define IS(name) (strcmp (key, name) == 0)
  if (IS ("pps") || IS ("aps"))
    return read_points (d, error);
  if (IS ("ftbl"))
    return read_names (d, error);
  if (IS ("dhatFileVersion"))
    return read_version (d, error);
  if (hv_json_peek (&d->scan) == 'n')
    return hv_json_null (&d->scan);
  if (IS ("mode"))
    return read_text (d, &profile->variant);
  if (IS ("cmd"))
    return read_text (d, &profile->command);
  if (IS ("bsu"))
    return read_text (d, &profile->byte_unit);
  if (IS ("bksu"))
    return read_text (d, &profile->block_unit);
  if (IS ("tu"))
    return read_time_unit (d);
  if (IS ("bklt"))
    return read_flag (d, &d->file.lifetimes);
  if (IS ("bkacc"))
    return read_flag (d, &d->file.accesses);
  if (IS ("pid"))
    return read_count (d, &profile->pid, error);
  if (IS ("te") || IS ("ei"))
    return read_count (d, &profile->duration, error);
  if (IS ("tg") || IS ("mi"))
    return read_count (d, &profile->peak_time, error);
  if (IS ("tuth"))
    return read_count (d, &profile->short_lifetime, error);
#undef IS
  return hv_json_skip (&d->scan);
}

static gboolean
read_object (Dhat *d, GError **error)
{
  HvInput *input = d->scan.input;

  if (hv_input_fill (input, 3) && memcmp (input->pos, "\xef\xbb\xbf", 3) == 0)
    input->pos += 3;
  if (!hv_json_take (&d->scan, '{'))
    return FALSE;
  for (gboolean first = TRUE; hv_json_more (&d->scan, '}', &first);)
    if (!read_member (d, error))
      return FALSE;
  if (hv_json_scan_failed (&d->scan))
    return FALSE;
  if (!d->file.points_seen || !d->file.names_seen)
    return fail (error, "%s (at byte %" G_GUINT64_FORMAT ")",
                 d->file.points_seen ? "there is no frame table (“ftbl”)"
                 : d->file.names_seen
                     ? "there are no program points (“pps”)"
                     : "there are neither program points (“pps”) nor a frame table "
                       "(“ftbl”)",
                 hv_input_offset (input));

  uint64_t end = hv_input_offset (input);
  gboolean more = hv_json_peek (&d->scan) >= 0;
  d->scan.cut = FALSE;
  if (more)
    hv_profile_warn (d->profile,
                     "What follows the profile's end at byte %" G_GUINT64_FORMAT " was ignored.",
                     end);
  /* to the end, where a compressed file tells whether it is whole */
  do
    input->pos = input->end;
  while (hv_input_fill (input, 1));
  return TRUE;
}

static gboolean
import (HvInput *input, HvProfile *profile, const HvImportOptions *options, GError **error)
{
  GError *failure = NULL;
  Dhat d;

  dhat_init (&d, input, profile);
  gboolean whole = read_object (&d, &failure);
  if (!whole && failure == NULL)
    {
      uint64_t at = hv_input_offset (input);
      if (d.scan.wrong && d.in_points)
        fail (&failure, "program point %u: %s (at byte %" G_GUINT64_FORMAT ")", d.file.n_points + 1,
              d.scan.wrong, at);
      else if (d.scan.wrong)
        fail (&failure, "%s (at byte %" G_GUINT64_FORMAT ")", d.scan.wrong, at);
      else
        {
          at += (uint64_t) (input->end - input->pos);
          if (d.file.n_points == 0)
            fail (&failure,
                  "the file ends before its first program point (at byte %" G_GUINT64_FORMAT ")",
                  at);
          else
            {
              profile->incomplete = TRUE;
              hv_profile_warn (profile,
                               "The file stops at byte %" G_GUINT64_FORMAT ", after %u program "
                               "points%s.",
                               at, d.file.n_points,
                               d.in_points || !d.file.names_complete
                                   ? ": names of frames, perhaps more points are missing"
                                   : "");
            }
        }
    }
  if (failure == NULL && d.file.version == 0)
    fail (&failure, "the file does not tell its version");
  if (failure == NULL)
    hv_dhat_build (&d.file, profile, &failure);
  dhat_clear (&d);
  if (failure)
    g_propagate_error (error, failure);
  return failure == NULL;
}

/* Looks for the key "dhatFileVersion" of the outermost object. */
static gboolean
detect (const char *head, gsize size)
{
  static const char wanted[] = "\"dhatFileVersion\"";
  const char *p = head, *end = head + size;
  int depth = 0;
  char before = '\0'; /* the last byte that was neither blank nor in a string */

  if (size >= 3 && memcmp (p, "\xef\xbb\xbf", 3) == 0)
    p += 3;
  for (; p < end; p++)
    switch (*p)
      {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        break;
      case '"':
        {
          const char *start = p++;
          while (p < end && *p != '"')
            p += *p == '\\' ? 2 : 1;
          if (depth == 1 && (before == '{' || before == ',') && p < end
              && (gsize) (p + 1 - start) == sizeof wanted - 1
              && memcmp (start, wanted, sizeof wanted - 1) == 0)
            return TRUE;
          before = '"';
          break;
        }
      case '{':
      case '[':
        if (depth == 0 && *p == '[')
          return FALSE;
        depth++;
        before = *p;
        break;
      case '}':
      case ']':
        /* "fs":] closes nothing */
        if (*p == '}' || before != ':')
          depth--;
        if (depth <= 0)
          return FALSE;
        before = *p;
        break;
      default:
        if (depth == 0)
          return FALSE;
        before = *p;
      }
  return FALSE;
}

const HvImporter hv_importer_dhat = { "dhat", detect, import };
