/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "elf.h"
#include "wanted.h"

G_BEGIN_DECLS

/* A DWARF 2 to 5 reader made for one question: which functions, inlined ones too, and which lines
 * are at these many addresses? Nothing is materialised: the debugging information entries (DIEs)
 * of a compilation unit are walked once for all addresses in it (dwscope.c), and so is its line
 * program (dwline.c). Which unit an address is in is told by the units' own ranges, never by
 * .debug_aranges: clang does not write it, and where it covers only a part of a program it leads to
 * the wrong unit. */

enum
{
  DW_TAG_ARRAY = 0x01,
  DW_TAG_CLASS = 0x02,
  DW_TAG_ENUMERATION = 0x04,
  DW_TAG_STRUCTURE = 0x13,
  DW_TAG_SUBROUTINE_TYPE = 0x15,
  DW_TAG_UNION = 0x17,
  DW_TAG_INLINED_SUBROUTINE = 0x1d,
  DW_TAG_SUBPROGRAM = 0x2e,
  DW_TAG_INTERFACE = 0x38,
  DW_TAG_NAMESPACE = 0x39,
  DW_TAG_CALL_SITE = 0x48,
  DW_TAG_GNU_CALL_SITE = 0x4109,

  DW_AT_SIBLING = 0x01,
  DW_AT_NAME = 0x03,
  DW_AT_STMT_LIST = 0x10,
  DW_AT_LOW_PC = 0x11,
  DW_AT_HIGH_PC = 0x12,
  DW_AT_LANGUAGE = 0x13,
  DW_AT_COMP_DIR = 0x1b,
  DW_AT_ABSTRACT_ORIGIN = 0x31,
  DW_AT_EXTERNAL = 0x3f,
  DW_AT_SPECIFICATION = 0x47,
  DW_AT_RANGES = 0x55,
  DW_AT_CALL_FILE = 0x58,
  DW_AT_CALL_LINE = 0x59,
  DW_AT_LINKAGE_NAME = 0x6e,
  DW_AT_STR_OFFSETS_BASE = 0x72,
  DW_AT_ADDR_BASE = 0x73,
  DW_AT_RNGLISTS_BASE = 0x74,
  DW_AT_DWO_NAME = 0x76,
  DW_AT_MIPS_LINKAGE_NAME = 0x2007,
  DW_AT_GNU_DWO_NAME = 0x2130,
  DW_AT_GNU_DWO_ID = 0x2131,
  DW_AT_GNU_RANGES_BASE = 0x2132,
  DW_AT_GNU_ADDR_BASE = 0x2133,

  DW_FORM_IMPLICIT_CONST = 0x21,
};

typedef struct HvDwarf HvDwarf;

/* A unit of .debug_info; offsets are into that section. */
typedef struct
{
  HvDwarf *dwarf;
  uint64_t offset, first_die, end, abbrevs;
  uint16_t version;
  uint8_t address_size, offset_size;
  gboolean partial;   /* of dwz: holds what others refer to, no code */
  gboolean root_read; /* what follows is known */
  gboolean has_lines;
  uint16_t language;
  uint64_t str_offsets_base, addr_base, rnglists_base;
  uint64_t low_pc;
  uint64_t lines; /* offset in .debug_line */
  const char *name, *directory;

  /* of a skeleton, and the unit it stands for (dwsplit.h) */
  const char *dwo_name;
  uint64_t dwo_id;
  uint64_t split_ranges_base; /* a skeleton's, for the other */
  uint64_t ranges_base;       /* added to offsets of range lists */
  gboolean packaged;
} HvUnit;

/* Code [low, high) of a unit. */
typedef struct
{
  uint64_t low, high;
  uint64_t reach; /* the highest `high` so far */
  uint32_t unit;
} HvUnitRange;

typedef struct
{
  uint16_t name, form;
  int64_t constant; /* DW_FORM_implicit_const */
} HvAttribute;

/* How to pass over a DIE: runs of fixed size joined. */
typedef struct
{
  uint16_t form; /* 0: `size` bytes */
  uint32_t size;
} HvSkip;

/* An attribute in its entry. */
typedef struct
{
  uint32_t attribute; /* from 1, of the abbreviation's own; 0: it has none */
  uint32_t n_skips;   /* before it */
} HvPlace;

typedef struct
{
  uint64_t code;
  uint16_t tag;
  gboolean has_children;
  uint32_t first_attribute, n_attributes;
  uint32_t first_skip, n_skips;
  /* Which are looked at in most entries, to pass over the rest; a run of skips ends before each. */
  HvPlace low_pc, ranges, sibling;
} HvAbbrev;

typedef struct
{
  gatomicrefcount refs;
  uint64_t key_offset;
  uint32_t key_sizes;
  GArray *abbrevs; /* by code */
  GArray *attributes, *skips;
} HvAbbrevs;

typedef enum
{
  HV_VALUE_NONE,
  HV_VALUE_NUMBER, /* data, flags, section offsets */
  HV_VALUE_ADDRESS,
  HV_VALUE_ADDRESS_INDEX,
  HV_VALUE_INLINE_STRING,
  HV_VALUE_STRING,      /* offset in .debug_str */
  HV_VALUE_LINE_STRING, /* … .debug_line_str */
  HV_VALUE_ALT_STRING,  /* … .debug_str of the alt file */
  HV_VALUE_STRING_INDEX,
  HV_VALUE_DIE,     /* offset in .debug_info */
  HV_VALUE_ALT_DIE, /* … of the alt file */
  HV_VALUE_RANGES_INDEX,
} HvValueKind;

typedef struct
{
  HvValueKind kind;
  uint64_t number;
  const char *text;
} HvValue;

struct HvDwarf
{
  HvDwarf *alt; /* the file shared by several (dwz), or NULL */
  HvElf *elf;
  HvSpan info, abbrev, str, line, line_str, ranges, rnglists, addr, str_offsets;

  GArray *units;  /* of HvUnit, by offset */
  GArray *covers; /* of HvUnitRange, by low: those that hold what is asked for */
  GHashTable *abbrev_tables;
  GHashTable *names;      /* DIE offset → HvName */
  GHashTable *containers; /* HvUnit → what gives its DIEs their place (dwname.c) */
  GStringChunk *made_names;

  /* A damaged file may send many units to one long table: bytes, or entries, that may still be
   * read. An honest file needs a few times the section's size. */
  uint64_t abbrev_budget, range_budget, name_budget, line_budget;
};

/* Reads the list of units; NULL when there is no DWARF. `elf` must outlive it; `alt` may be NULL
 * and must outlive it. */
HvDwarf *hv_dwarf_new (HvElf *elf, HvDwarf *alt);

/* Reads of the units' ranges those that hold any of the addresses; `code` tells what addresses are
 * executable (in a separate debug file the segments are not to be trusted). */
void hv_dwarf_cover (HvDwarf *dwarf, HvElf *code, const HvWanted *wanted);

/* Reads the .dwo sections of a file; addresses, and the ranges of before version 5, are in the file
 * of the skeletons. Both must outlive it. */
HvDwarf *hv_dwarf_new_split (HvElf *elf, const HvDwarf *skeletons);

/* The same for another thread: `dwarf` and the sections are read only, what is found out on the way
 * is each one's own. `alt` is a copy of the original's, or NULL. Both originals must outlive it. */
HvDwarf *hv_dwarf_copy (const HvDwarf *dwarf, HvDwarf *alt);
void hv_dwarf_free (HvDwarf *dwarf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvDwarf, hv_dwarf_free)

/* The `nth` unit (from 0) whose ranges hold `address`, of those covered, the tightest first and of
 * equals the one that stands first; FALSE when there is none. */
gboolean hv_dwarf_find_unit (const HvDwarf *dwarf, uint64_t address, unsigned nth, uint32_t *unit);

/* The unit that holds a DIE, NULL when none does. Its root is read. */
HvUnit *hv_dwarf_unit_at (HvDwarf *dwarf, uint64_t die);

/* A unit by its index, with its root read. */
HvUnit *hv_dwarf_read_unit (HvDwarf *dwarf, guint index);

/* The unit whose header begins at an offset, NULL when none does; its root may not be read. */
HvUnit *hv_dwarf_unit_from (HvDwarf *dwarf, uint64_t offset);

/* Takes `n` from a budget; FALSE when it does not hold that. */
static inline gboolean
hv_dwarf_spend (uint64_t *budget, uint64_t n)
{
  if (n > *budget)
    return FALSE;
  *budget -= n;
  return TRUE;
}

/* --- units and abbreviations --- */

HvAbbrevs *hv_unit_abbrevs (HvUnit *unit);
void hv_abbrevs_unref (HvAbbrevs *abbrevs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvAbbrevs, hv_abbrevs_unref)

/* The abbreviation of a code, NULL when there is none. */
const HvAbbrev *hv_abbrevs_search (const HvAbbrevs *abbrevs, uint64_t code);

static inline const HvAbbrev *
hv_abbrevs_find (const HvAbbrevs *abbrevs, uint64_t code)
{
  const HvAbbrev *abbrev = HV_ITEMS (abbrevs->abbrevs, HvAbbrev);

  /* compilers number them 1, 2, 3, … */
  if (G_LIKELY (code - 1 < abbrevs->abbrevs->len && abbrev[code - 1].code == code))
    return &abbrev[code - 1];
  return hv_abbrevs_search (abbrevs, code);
}

/* A cursor at a DIE of the unit, which ends with the unit. */
HvCursor hv_unit_cursor (const HvUnit *unit, uint64_t die);
uint64_t hv_unit_offset (const HvUnit *unit, const HvCursor *c);

/* --- forms, addresses and ranges: dwform.c --- */

/* Size of a form's value in bytes. */
#define HV_FORM_VARIABLE (-1)
int hv_form_size (const HvUnit *unit, unsigned form);

void hv_unit_value (const HvUnit *unit, HvCursor *c, unsigned form, int64_t constant,
                    HvValue *value);

/* Passes over a value of a form of no fixed size. */
void hv_unit_skip_form (const HvUnit *unit, HvCursor *c, unsigned form);

/* Passes over the first `n` skips of a DIE; all of them are up to its end. */
static inline void
hv_unit_skip (const HvUnit *unit, HvCursor *c, const HvAbbrevs *abbrevs, const HvAbbrev *abbrev,
              uint32_t n)
{
  const HvSkip *skip = HV_ITEMS (abbrevs->skips, HvSkip) + abbrev->first_skip;

  for (uint32_t i = 0; i < n; i++)
    if (skip[i].form == 0)
      hv_cursor_skip (c, skip[i].size);
    else
      hv_unit_skip_form (unit, c, skip[i].form);
}

const char *hv_unit_string (const HvUnit *unit, const HvValue *value);
gboolean hv_unit_address (const HvUnit *unit, const HvValue *value, uint64_t *address);

/* Calls `range` for each range [low, high) of a DIE: of DW_AT_low_pc and DW_AT_high_pc, or of
 * DW_AT_ranges, each NONE where absent. Empty and discarded ones are left out. */
typedef void (*HvRangeFunc) (uint64_t low, uint64_t high, gpointer user);
void hv_unit_ranges (const HvUnit *unit, const HvValue *low, const HvValue *high,
                     const HvValue *ranges, HvRangeFunc range, gpointer user);

/* --- dwname.c --- */

/* The name of a function. */
typedef struct
{
  const char *name; /* NULL: unknown */
  gboolean linkage; /* mangled: the name of its symbol; else qualified as far as the DIEs tell */
} HvName;

/* The name of a function or inlined call, through its origin and specification. */
HvName hv_dwarf_name (HvDwarf *dwarf, uint64_t die);

/* --- dwscope.c --- */

/* One address that is asked for, in order of addresses. */
typedef struct
{
  uint64_t address;
  uint32_t scope; /* the innermost function found, 0: none */
  gboolean has_line;
  uint64_t file; /* as in the line table */
  uint32_t line;
  gsize user;
} HvQuery;

/* A function or inlined call that holds queries. */
typedef struct
{
  uint32_t parent; /* the scope it is inlined into; 0: it is none */
  gboolean inlined;
  uint64_t die;
  uint64_t call_file;
  uint32_t call_line;
} HvScope;

/* Finds the scope of each query; `scopes` is filled from index 1. */
void hv_unit_find_scopes (HvUnit *unit, HvQuery *queries, gsize n, GArray *scopes);

/* --- dwline.c --- */

/* The line table of a unit: its files, and a line for each query. */
typedef struct HvLines HvLines;
HvLines *hv_lines_new (HvUnit *unit);
void hv_lines_free (HvLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvLines, hv_lines_free)
void hv_lines_find (HvLines *lines, HvElf *code, HvQuery *queries, gsize n);

/* The path of a file of the table, NULL when there is no such; lives as long as `lines`. */
const char *hv_lines_path (HvLines *lines, uint64_t file);

G_END_DECLS
