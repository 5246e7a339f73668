/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dwarf.h"

typedef struct
{
  const char *name, *directory; /* directory NULL: the unit's */
  char *path;                   /* made when asked for */
} File;

struct HvLines
{
  HvUnit *unit;
  GArray *files; /* of File, by the number used in the program */
  HvCursor program;

  unsigned version, min_instruction, max_operations, line_range, opcode_base;
  uint8_t operands[256];
  struct
  {
    uint8_t operations;
    int16_t lines;
  } special[256]; /* by opcode, from `opcode_base` on */
  uint8_t address_size;
};

enum
{
  LNCT_PATH = 1,
  LNCT_DIRECTORY = 2,
};

static void
clear_file (gpointer data)
{
  g_free (((File *) data)->path);
}

/* A table of directories or files of version 5. */
static void
read_entries (HvLines *lines, HvUnit *unit, HvCursor *c, GArray *directories, gboolean files)
{
  struct
  {
    uint64_t type, form;
  } format[16];
  unsigned n_formats = hv_cursor_u8 (c);

  if (n_formats > G_N_ELEMENTS (format))
    {
      hv_cursor_fail (c);
      return;
    }
  for (unsigned i = 0; i < n_formats; i++)
    {
      format[i].type = hv_cursor_uleb (c);
      format[i].form = hv_cursor_uleb (c);
    }
  uint64_t count = hv_cursor_uleb (c);
  for (uint64_t n = 0; n < count && !c->bad && c->pos < c->end; n++)
    {
      const uint8_t *before = c->pos;
      const char *name = NULL;
      uint64_t directory = 0;
      for (unsigned i = 0; i < n_formats; i++)
        {
          HvValue value;
          hv_unit_value (unit, c, (unsigned) MIN (format[i].form, 0xffff), 0, &value);
          if (format[i].type == LNCT_PATH)
            name = hv_unit_string (unit, &value);
          else if (format[i].type == LNCT_DIRECTORY)
            directory = value.number;
        }
      /* entries of no size would be without end */
      if (c->pos == before)
        break;
      if (!files)
        g_array_append_val (directories, name);
      else
        {
          File file = { .name = name };
          if (directory < directories->len)
            file.directory = g_array_index (directories, const char *, directory);
          g_array_append_val (lines->files, file);
        }
    }
}

static void
read_old_tables (HvLines *lines, HvCursor *c, GArray *directories)
{
  const char *text = NULL;
  File none = { 0 };

  g_array_append_val (directories, text); /* number 0 is the unit's own */
  while ((text = hv_cursor_string (c)) != NULL && *text)
    g_array_append_val (directories, text);
  g_array_append_val (lines->files, none);
  while ((text = hv_cursor_string (c)) != NULL && *text)
    {
      File file = { .name = text };
      uint64_t directory = hv_cursor_uleb (c);
      hv_cursor_uleb (c);
      hv_cursor_uleb (c);
      if (directory < directories->len)
        file.directory = g_array_index (directories, const char *, directory);
      g_array_append_val (lines->files, file);
    }
}

HvLines *
hv_lines_new (HvUnit *unit)
{
  HvLines *lines = g_new0 (HvLines, 1);
  g_autoptr (GArray) directories = g_array_new (FALSE, FALSE, sizeof (const char *));
  /* forms in the header have the sizes of the line table's format, which may differ */
  HvUnit sizes = *unit;

  lines->unit = unit;
  lines->files = g_array_new (FALSE, FALSE, sizeof (File));
  g_array_set_clear_func (lines->files, clear_file);
  if (!unit->has_lines)
    return lines;

  HvCursor c = hv_cursor (unit->dwarf->line, unit->lines);
  uint64_t length = hv_cursor_u32 (&c);
  sizes.offset_size = 4;
  if (length == 0xffffffff)
    {
      length = hv_cursor_u64 (&c);
      sizes.offset_size = 8;
    }
  if (c.bad || length > hv_cursor_left (&c) || !hv_dwarf_spend (&unit->dwarf->line_budget, length))
    return lines;
  c.end = c.pos + length;

  lines->version = hv_cursor_u16 (&c);
  lines->address_size = unit->address_size;
  if (lines->version < 2 || lines->version > 5)
    return lines;
  if (lines->version >= 5)
    {
      lines->address_size = hv_cursor_u8 (&c);
      hv_cursor_u8 (&c);
      if (lines->address_size != 4 && lines->address_size != 8)
        return lines;
      sizes.address_size = lines->address_size;
    }
  uint64_t header = hv_cursor_number (&c, sizes.offset_size);
  if (c.bad || header > hv_cursor_left (&c))
    return lines;
  HvCursor program = c;
  hv_cursor_skip (&program, header);

  lines->min_instruction = hv_cursor_u8 (&c);
  lines->max_operations = lines->version >= 4 ? hv_cursor_u8 (&c) : 1;
  if (lines->max_operations == 0)
    lines->max_operations = 1;
  hv_cursor_u8 (&c); /* is_stmt is of no interest */
  int line_base = (int8_t) hv_cursor_u8 (&c);
  lines->line_range = hv_cursor_u8 (&c);
  lines->opcode_base = hv_cursor_u8 (&c);
  for (unsigned i = 1; i < lines->opcode_base; i++)
    lines->operands[i] = hv_cursor_u8 (&c);
  for (unsigned i = lines->opcode_base; i < 256 && lines->line_range != 0; i++)
    {
      unsigned adjusted = i - lines->opcode_base;
      lines->special[i].operations = (uint8_t) (adjusted / lines->line_range);
      lines->special[i].lines = (int16_t) (line_base + (int) (adjusted % lines->line_range));
    }
  if (lines->version >= 5)
    {
      read_entries (lines, &sizes, &c, directories, FALSE);
      read_entries (lines, &sizes, &c, directories, TRUE);
    }
  else
    read_old_tables (lines, &c, directories);
  if (!c.bad && lines->line_range != 0)
    lines->program = program;
  return lines;
}

void
hv_lines_free (HvLines *lines)
{
  if (lines == NULL)
    return;
  g_array_unref (lines->files);
  g_free (lines);
}

typedef struct
{
  uint64_t address, file, line;
  unsigned operation; /* in a VLIW bundle */
} Row;

typedef struct
{
  HvElf *code;
  HvQuery *queries;
  gsize n, next;   /* the first query not before the latest row */
  uint64_t beyond; /* rows up to here end no range with a query */
  gsize left;      /* queries without a line */
  gboolean in_sequence;
  Row row;
} Finder;

static void
look_for_next (Finder *f)
{
  f->beyond = f->next < f->n ? f->queries[f->next].address : UINT64_MAX;
}

static void
begin_sequence (Finder *f, uint64_t address)
{
  gsize low = 0, high = f->n;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;
      if (f->queries[middle].address < address)
        low = middle + 1;
      else
        high = middle;
    }
  /* a sequence of a discarded function stands at 0, or at -1 */
  f->next = address == 0 || !hv_elf_is_code (f->code, address) ? f->n : low;
  f->in_sequence = TRUE;
  look_for_next (f);
}

/* Gives the queries before an address the latest row. */
static void
take_queries (Finder *f, uint64_t address)
{
  for (; f->next < f->n && f->queries[f->next].address < address; f->next++)
    {
      HvQuery *query = &f->queries[f->next];
      if (query->address < f->row.address || query->has_line)
        continue;
      query->has_line = TRUE;
      query->file = f->row.file;
      query->line = (uint32_t) MIN (f->row.line, UINT32_MAX);
      f->left--;
    }
  look_for_next (f);
}

/* A row ends the range of the one before it: no table is made, and none is sorted. */
static inline void
emit (Finder *f, const Row *row)
{
  if (!f->in_sequence)
    begin_sequence (f, row->address);
  else if (row->address > f->beyond)
    take_queries (f, row->address);
  f->row = *row;
}

static void
advance (const HvLines *lines, Row *row, uint64_t operations)
{
  if (lines->max_operations == 1)
    row->address += operations * lines->min_instruction;
  else
    {
      uint64_t total = row->operation + operations;
      row->address += total / lines->max_operations * lines->min_instruction;
      row->operation = (unsigned) (total % lines->max_operations);
    }
}

void
hv_lines_find (HvLines *lines, HvElf *code, HvQuery *queries, gsize n)
{
  enum
  {
    EXTENDED,
    COPY,
    ADVANCE_PC,
    ADVANCE_LINE,
    SET_FILE,
    SET_COLUMN,
    NEGATE_STMT,
    SET_BASIC_BLOCK,
    CONST_ADD_PC,
    FIXED_ADVANCE_PC,

    END_SEQUENCE = 1,
    SET_ADDRESS = 2,
    DEFINE_FILE = 3,
  };
  static const Row start = { .file = 1, .line = 1 };
  Finder finder = { .code = code, .queries = queries, .n = n, .left = n };
  HvCursor c = lines->program;
  Row row = start;

  if (c.pos == NULL)
    return;
  while (!c.bad && c.pos < c.end && finder.left > 0)
    {
      unsigned opcode = hv_cursor_u8 (&c);
      if (opcode >= lines->opcode_base)
        {
          advance (lines, &row, lines->special[opcode].operations);
          row.line += (uint64_t) (int64_t) lines->special[opcode].lines;
          emit (&finder, &row);
          continue;
        }
      switch (opcode)
        {
        case EXTENDED:
          {
            uint64_t length = hv_cursor_uleb (&c);
            if (length == 0 || length > hv_cursor_left (&c))
              return;
            HvCursor x = { c.pos, c.pos + length, FALSE };
            hv_cursor_skip (&c, length);
            switch (hv_cursor_u8 (&x))
              {
              case END_SEQUENCE:
                emit (&finder, &row);
                finder.in_sequence = FALSE;
                row = start;
                break;
              case SET_ADDRESS:
                row.address = hv_cursor_number (&x, (unsigned) MIN (hv_cursor_left (&x), 8));
                row.operation = 0;
                break;
              case DEFINE_FILE:
                {
                  File file = { .name = hv_cursor_string (&x) };
                  g_array_append_val (lines->files, file);
                  break;
                }
              default:
                break;
              }
            break;
          }
        case COPY:
          emit (&finder, &row);
          break;
        case ADVANCE_PC:
          advance (lines, &row, hv_cursor_uleb (&c));
          break;
        case ADVANCE_LINE:
          row.line += (uint64_t) hv_cursor_sleb (&c);
          break;
        case SET_FILE:
          row.file = hv_cursor_uleb (&c);
          break;
        case SET_COLUMN:
          hv_cursor_uleb (&c);
          break;
        case NEGATE_STMT:
        case SET_BASIC_BLOCK:
          break;
        case CONST_ADD_PC:
          advance (lines, &row, (255 - lines->opcode_base) / lines->line_range);
          break;
        case FIXED_ADVANCE_PC:
          row.address += hv_cursor_u16 (&c);
          row.operation = 0;
          break;
        default:
          for (unsigned i = 0; i < lines->operands[opcode]; i++)
            hv_cursor_uleb (&c);
          break;
        }
    }
}

const char *
hv_lines_path (HvLines *lines, uint64_t number)
{
  if (number >= lines->files->len)
    return NULL;
  File *file = &g_array_index (lines->files, File, number);
  if (file->name == NULL || file->path)
    return file->path;

  const char *base = lines->unit->directory;
  const char *directory = file->directory && *file->directory ? file->directory : NULL;
  if (g_path_is_absolute (file->name))
    file->path = g_strdup (file->name);
  else if (directory == NULL)
    file->path = base ? g_build_filename (base, file->name, NULL) : g_strdup (file->name);
  else if (g_path_is_absolute (directory) || base == NULL)
    file->path = g_build_filename (directory, file->name, NULL);
  else
    file->path = g_build_filename (base, directory, file->name, NULL);
  return file->path;
}
