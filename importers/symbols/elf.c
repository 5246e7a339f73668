/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "elf.h"

#include "filemap.h"
#include "store/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <lzma.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* The sections that are needed of a small file are read into memory; a larger one is mapped, so
 * that only what is looked at takes memory, and not for long. */
#define MAP_FROM (4u << 20)

/* Deflate cannot do better than 1032 to 1, and debug information is far from that: more is a bomb.
 */
#define MAX_RATIO 1100

/* Of all that is read of one file into memory: sections of a hostile one may lie over each other.
 */
#define ROOM ((uint64_t) 16 << 20)
#define ROOM_PER_BYTE 64

/* A program has a dozen. */
#define MAX_SEGMENTS 1024

#define MAX_SECTION_NAME 256

/* A packed file of symbols that unpacks to more is a bomb: xz may reach 7000 to 1. */
#define MAX_PACKED (128u << 20)

enum
{
  SHT_NOBITS_ = 8,
  SHF_COMPRESSED_ = 1 << 11,
  PT_LOAD_ = 1,
  PT_NOTE_ = 4,
  PF_X_ = 1,
  NT_GNU_BUILD_ID_ = 3,
};

typedef struct
{
  const char *name;
  uint32_t type, link;
  uint64_t flags, offset, size;
  gboolean loaded;
  HvSpan content;
} Section;

typedef struct
{
  uint32_t type, flags;
  uint64_t offset, address, file_size, memory_size, align;
} Segment;

struct HvElf
{
  int fd;      /* -1: all in `file` */
  HvSpan file; /* the mapped file or the caller's memory */
  HvFileMap *map;
  uint64_t size;
  struct stat info;  /* when the file was opened */
  GPtrArray *copies; /* of read and decompressed bytes */
  uint64_t room;     /* for more of them */

  unsigned machine;
  uint32_t n_sections;
  Section *section;
  uint32_t n_segments;
  Segment *segment;

  gboolean build_id_read;
  char *build_id;

  gboolean packed_read;
  HvElf *packed; /* the file in .gnu_debugdata, or NULL */
};

static gboolean
read_at (HvElf *elf, uint64_t offset, void *bytes, uint64_t size)
{
  if (offset > elf->size || size > elf->size - offset)
    return FALSE;
  if (elf->fd < 0)
    {
      memcpy (bytes, elf->file.data + offset, size);
      return TRUE;
    }
  for (uint64_t done = 0; done < size;)
    {
      ssize_t got = pread (elf->fd, (char *) bytes + done, MIN (size - done, 1u << 30),
                           (off_t) (offset + done));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return FALSE;
      done += (uint64_t) got;
    }
  return TRUE;
}

/* Whether so much more of the file may be copied. */
static gboolean
take_room (HvElf *elf, uint64_t size)
{
  if (size > elf->room)
    return FALSE;
  elf->room -= size;
  return TRUE;
}

/* A part of the file for as long as `elf` lives. */
static HvSpan
part (HvElf *elf, uint64_t offset, uint64_t size)
{
  HvSpan none = { NULL, 0 };

  if (size == 0 || offset > elf->size || size > elf->size - offset)
    return none;
  if (elf->file.data)
    return (HvSpan){ elf->file.data + offset, size };
  uint8_t *copy = take_room (elf, size) ? g_try_malloc (size) : NULL;
  if (copy == NULL || !read_at (elf, offset, copy, size))
    {
      g_free (copy);
      return none;
    }
  g_ptr_array_add (elf->copies, copy);
  return (HvSpan){ copy, size };
}

/* Unpacks the `packed` bytes at an offset of the file, which are in memory only as long as that
 * takes. */
static HvSpan
unpack (HvElf *elf, uint64_t offset, uint64_t packed, uint64_t size, gboolean zstd)
{
  HvSpan none = { NULL, 0 };
  gboolean done = FALSE;

  /* both sizes may lie: what the file has bounds them, before anything is allocated */
  if (offset > elf->size || packed > elf->size - offset)
    return none;
  if (packed == 0 || size == 0 || size / MAX_RATIO > packed || packed > G_MAXINT32
      || !take_room (elf, size))
    return none;
  g_autofree uint8_t *in = g_try_malloc (packed), *out = g_try_malloc (size);
  if (in == NULL || out == NULL || !read_at (elf, offset, in, packed))
    return none;
  if (zstd)
    done = ZSTD_decompress (out, size, in, packed) == size;
  else
    {
      /* uLong is as wide as size_t wherever ELF64 files of this size are read */
      uLongf got = size;
      done = uncompress (out, &got, in, packed) == Z_OK && got == size;
    }
  if (!done)
    return none;
  g_ptr_array_add (elf->copies, out);
  return (HvSpan){ g_steal_pointer (&out), size };
}

static HvSpan
load (HvElf *elf, Section *section)
{
  enum
  {
    GNU_HEADER = 12,
    HEADER = 24
  };
  uint8_t header[HEADER] = { 0 };
  HvCursor c = { header, header + HEADER, FALSE };
  gboolean gnu = g_str_has_prefix (section->name, ".zdebug_"), zstd = FALSE;
  uint64_t header_size = gnu ? GNU_HEADER : HEADER, size;

  if (section->loaded)
    return section->content;
  section->loaded = TRUE;
  if (section->type == SHT_NOBITS_)
    return section->content;
  if (!gnu && !(section->flags & SHF_COMPRESSED_))
    return section->content = part (elf, section->offset, section->size);

  if (section->size <= header_size || !read_at (elf, section->offset, header, header_size))
    return section->content;
  if (gnu)
    {
      /* "ZLIB" and the size, big-endian */
      c.bad = hv_cursor_u32 (&c) != 0x42494c5a;
      size = hv_cursor_u64 (&c);
      size = GUINT64_SWAP_LE_BE (size);
    }
  else
    {
      uint32_t type = hv_cursor_u32 (&c);
      hv_cursor_u32 (&c);
      size = hv_cursor_u64 (&c);
      zstd = type == 2;
      c.bad = type != 1 && type != 2;
    }
  if (!c.bad)
    section->content = unpack (elf, section->offset + header_size, section->size - header_size,
                               size, zstd);
  return section->content;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, HV_ERROR, HV_ERROR_FORMAT, why);
  return FALSE;
}

static gboolean
read_headers (HvElf *elf, GError **error)
{
  uint8_t head[64];

  elf->room = elf->size > UINT64_MAX / 2 / ROOM_PER_BYTE ? UINT64_MAX / 2
                                                         : ROOM + ROOM_PER_BYTE * elf->size;
  if (!read_at (elf, 0, head, 16) || memcmp (head, "\177ELF", 4) != 0)
    return refuse (error, "not an ELF file");
  if (head[4] != 2)
    return refuse (error, "a 32-bit ELF file: only 64-bit ones are read");
  if (head[5] != 1)
    return refuse (error, "a big-endian ELF file: only little-endian ones are read");
  if (!read_at (elf, 0, head, sizeof head))
    return refuse (error, "the ELF header is cut short");

  HvCursor c = { head + 18, head + sizeof head, FALSE };
  elf->machine = hv_cursor_u16 (&c);
  hv_cursor_skip (&c, 4 + 8);
  uint64_t segments_at = hv_cursor_u64 (&c), sections_at = hv_cursor_u64 (&c);
  hv_cursor_skip (&c, 4 + 2);
  unsigned segment_size = hv_cursor_u16 (&c);
  uint64_t n_segments = hv_cursor_u16 (&c);
  unsigned section_size = hv_cursor_u16 (&c);
  uint64_t n_sections = hv_cursor_u16 (&c);
  uint32_t names_index = hv_cursor_u16 (&c);

  if (sections_at != 0 && section_size == 64)
    {
      HvCursor first = hv_cursor (part (elf, sections_at, 64), 0);
      /* counts that do not fit the header stand in section 0 */
      hv_cursor_skip (&first, 32);
      uint64_t count = hv_cursor_u64 (&first);
      uint32_t link = hv_cursor_u32 (&first), info = hv_cursor_u32 (&first);
      if (n_sections == 0)
        n_sections = count;
      if (names_index == 0xffff)
        names_index = link;
      if (n_segments == 0xffff && !first.bad)
        n_segments = info;
      n_sections = MIN (n_sections, elf->size / 64);
    }
  else
    n_sections = 0;

  HvCursor table = hv_cursor (part (elf, sections_at, n_sections * 64), 0);
  if (!table.bad)
    {
      elf->n_sections = (uint32_t) n_sections;
      elf->section = g_new0 (Section, n_sections);
    }
  g_autofree uint32_t *offset = g_new0 (uint32_t, MAX (1, elf->n_sections));
  for (uint32_t i = 0; i < elf->n_sections; i++)
    {
      Section *s = &elf->section[i];
      s->name = "";
      offset[i] = hv_cursor_u32 (&table);
      s->type = hv_cursor_u32 (&table);
      s->flags = hv_cursor_u64 (&table);
      hv_cursor_u64 (&table);
      s->offset = hv_cursor_u64 (&table);
      s->size = hv_cursor_u64 (&table);
      s->link = hv_cursor_u32 (&table);
      hv_cursor_skip (&table, 4 + 8 + 8);
    }
  if (names_index < elf->n_sections)
    {
      HvSpan names = load (elf, &elf->section[names_index]);
      for (uint32_t i = 0; i < elf->n_sections; i++)
        {
          const char *name = hv_span_name (names, offset[i], MAX_SECTION_NAME);
          elf->section[i].name = name ? name : "";
        }
    }

  n_segments = segment_size == 56 ? MIN (n_segments, MIN (elf->size / 56, MAX_SEGMENTS)) : 0;
  table = hv_cursor (part (elf, segments_at, n_segments * 56), 0);
  if (!table.bad)
    {
      elf->n_segments = (uint32_t) n_segments;
      elf->segment = g_new0 (Segment, n_segments);
    }
  for (uint32_t i = 0; i < elf->n_segments; i++)
    {
      Segment *s = &elf->segment[i];
      s->type = hv_cursor_u32 (&table);
      s->flags = hv_cursor_u32 (&table);
      s->offset = hv_cursor_u64 (&table);
      s->address = hv_cursor_u64 (&table);
      hv_cursor_u64 (&table);
      s->file_size = hv_cursor_u64 (&table);
      s->memory_size = hv_cursor_u64 (&table);
      s->align = hv_cursor_u64 (&table);
    }
  return TRUE;
}

static HvElf *
elf_new (void)
{
  HvElf *elf = g_new0 (HvElf, 1);

  elf->fd = -1;
  elf->copies = g_ptr_array_new_with_free_func (g_free);
  return elf;
}

HvElf *
hv_elf_open (const char *path, GError **error)
{
  g_autoptr (HvElf) elf = elf_new ();

  /* a FIFO must not block the import */
  elf->fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (elf->fd < 0 || fstat (elf->fd, &elf->info) != 0)
    {
      int code = errno;
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
      return NULL;
    }
  if (!S_ISREG (elf->info.st_mode))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "not a regular file");
      return NULL;
    }
  elf->size = (uint64_t) elf->info.st_size;
  if (elf->size >= MAP_FROM)
    elf->map = hv_file_map_new (elf->fd, elf->size);
  if (elf->map)
    elf->file = hv_file_map_span (elf->map);
  if (!read_headers (elf, error))
    return NULL;
  return g_steal_pointer (&elf);
}

HvElf *
hv_elf_new_for_memory (const void *data, gsize size, GError **error)
{
  g_autoptr (HvElf) elf = elf_new ();

  elf->file = (HvSpan){ size ? data : (const void *) "", size };
  elf->size = size;
  if (!read_headers (elf, error))
    return NULL;
  return g_steal_pointer (&elf);
}

void
hv_elf_free (HvElf *elf)
{
  if (elf == NULL)
    return;
  hv_file_map_free (elf->map);
  if (elf->fd >= 0)
    close (elf->fd);
  g_ptr_array_unref (elf->copies);
  hv_elf_free (elf->packed);
  g_free (elf->section);
  g_free (elf->segment);
  g_free (elf->build_id);
  g_free (elf);
}

gboolean
hv_elf_is_intact (const HvElf *elf)
{
  struct stat info;

  if (elf->fd < 0)
    return TRUE;
  return !(elf->map && hv_file_map_is_damaged (elf->map)) && fstat (elf->fd, &info) == 0
         && info.st_size == elf->info.st_size && info.st_mtim.tv_sec == elf->info.st_mtim.tv_sec
         && info.st_mtim.tv_nsec == elf->info.st_mtim.tv_nsec;
}

uint64_t
hv_elf_size (const HvElf *elf)
{
  return elf->size;
}

char *
hv_elf_identity (const HvElf *elf)
{
  const struct stat *info = &elf->info;

  if (elf->fd < 0)
    return g_strdup ("");
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT
                          ".%09ld %" G_GINT64_FORMAT ".%09ld",
                          elf->size, (guint64) info->st_ino, (gint64) info->st_mtim.tv_sec,
                          info->st_mtim.tv_nsec, (gint64) info->st_ctim.tv_sec,
                          info->st_ctim.tv_nsec);
}

void
hv_elf_drop_pages (const HvElf *elf)
{
  if (elf->map)
    hv_file_map_drop (elf->map);
}

unsigned
hv_elf_machine (const HvElf *elf)
{
  return elf->machine;
}

static Section *
find_section (HvElf *elf, const char *name)
{
  for (uint32_t i = 0; i < elf->n_sections; i++)
    if (strcmp (elf->section[i].name, name) == 0)
      return &elf->section[i];
  return NULL;
}

HvSpan
hv_elf_section (HvElf *elf, const char *name)
{
  Section *section = find_section (elf, name);

  if (section == NULL && g_str_has_prefix (name, ".debug_"))
    {
      g_autofree char *old = g_strconcat (".z", name + 1, NULL);
      section = find_section (elf, old);
    }
  return section ? load (elf, section) : (HvSpan){ NULL, 0 };
}

gboolean
hv_elf_next_section (HvElf *elf, const char *name, uint32_t *at, HvSpan *content)
{
  while (*at < elf->n_sections)
    {
      Section *section = &elf->section[(*at)++];
      if (strcmp (section->name, name) == 0)
        {
          *content = load (elf, section);
          return TRUE;
        }
    }
  return FALSE;
}

static char *
hex (const uint8_t *bytes, uint64_t n)
{
  GString *text = g_string_sized_new (2 * n + 1);

  for (uint64_t i = 0; i < n; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static char *
build_id_in (HvSpan notes, uint64_t align)
{
  HvCursor c = hv_cursor (notes, 0);
  uint64_t unit = align == 8 ? 8 : 4;

  while (!c.bad && hv_cursor_left (&c) >= 12)
    {
      uint64_t name_size = hv_cursor_u32 (&c), size = hv_cursor_u32 (&c);
      uint32_t type = hv_cursor_u32 (&c);
      const uint8_t *name = c.pos;
      hv_cursor_skip (&c, (name_size + unit - 1) & ~(unit - 1));
      const uint8_t *value = c.pos;
      if (c.bad || size > hv_cursor_left (&c))
        break;
      if (type == NT_GNU_BUILD_ID_ && name_size == 4 && memcmp (name, "GNU", 4) == 0 && size >= 2
          && size <= 64)
        return hex (value, size);
      hv_cursor_skip (&c, (size + unit - 1) & ~(unit - 1));
    }
  return NULL;
}

const char *
hv_elf_build_id (HvElf *elf)
{
  if (elf->build_id_read)
    return elf->build_id;
  elf->build_id_read = TRUE;

  elf->build_id = build_id_in (hv_elf_section (elf, ".note.gnu.build-id"), 4);
  for (uint32_t i = 0; i < elf->n_segments && elf->build_id == NULL; i++)
    if (elf->segment[i].type == PT_NOTE_ && elf->segment[i].file_size < 1 << 16)
      elf->build_id = build_id_in (part (elf, elf->segment[i].offset, elf->segment[i].file_size),
                                   elf->segment[i].align);
  return elf->build_id;
}

char *
hv_elf_own_build_id (void)
{
  g_autoptr (HvElf) self = hv_elf_open ("/proc/self/exe", NULL);

  return self ? g_strdup (hv_elf_build_id (self)) : NULL;
}

const char *
hv_elf_debug_link (HvElf *elf, uint32_t *crc)
{
  HvSpan span = hv_elf_section (elf, ".gnu_debuglink");
  HvCursor c = hv_cursor (span, 0);
  const char *name = hv_cursor_string (&c);

  if (name == NULL || *name == 0)
    return NULL;
  /* the checksum stands at the next multiple of four */
  uint64_t used = (uint64_t) (c.pos - span.data);
  hv_cursor_skip (&c, (4 - used % 4) % 4);
  *crc = hv_cursor_u32 (&c);
  return c.bad ? NULL : name;
}

const char *
hv_elf_alt_link (HvElf *elf, char **build_id)
{
  HvCursor c = hv_cursor (hv_elf_section (elf, ".gnu_debugaltlink"), 0);
  const char *name = hv_cursor_string (&c);

  if (name == NULL || *name == 0 || hv_cursor_left (&c) > 64)
    return NULL;
  *build_id = hex (c.pos, hv_cursor_left (&c));
  return name;
}

uint32_t
hv_elf_crc (HvElf *elf)
{
  uLong crc = crc32 (0, NULL, 0);
  uint8_t block[1 << 16];

  for (uint64_t at = 0; at < elf->size; at += sizeof block)
    {
      uint64_t n = MIN (elf->size - at, sizeof block);
      if (!read_at (elf, at, block, n))
        break;
      crc = crc32 (crc, block, (uInt) n);
    }
  return (uint32_t) crc;
}

gboolean
hv_elf_address (const HvElf *elf, uint64_t offset, uint64_t *address)
{
  const Segment *hit = NULL;

  for (uint32_t i = 0; i < elf->n_segments; i++)
    {
      const Segment *s = &elf->segment[i];
      /* the page before and after a segment is often in two of them: the code is the executable
         one's */
      if (s->type == PT_LOAD_ && offset >= s->offset && offset - s->offset < s->file_size
          && (hit == NULL || (s->flags & PF_X_ && !(hit->flags & PF_X_))))
        hit = s;
    }
  if (hit)
    *address = offset - hit->offset + hit->address;
  return hit != NULL;
}

HvSpan
hv_elf_segment (HvElf *elf, uint32_t type, uint64_t *address)
{
  for (uint32_t i = 0; i < elf->n_segments; i++)
    if (elf->segment[i].type == type)
      {
        *address = elf->segment[i].address;
        return part (elf, elf->segment[i].offset, elf->segment[i].file_size);
      }
  return (HvSpan){ NULL, 0 };
}

gboolean
hv_elf_is_code (const HvElf *elf, uint64_t address)
{
  for (uint32_t i = 0; i < elf->n_segments; i++)
    {
      const Segment *s = &elf->segment[i];
      if (s->type == PT_LOAD_ && s->flags & PF_X_ && address >= s->address
          && address - s->address < s->memory_size)
        return TRUE;
    }
  return FALSE;
}

gboolean
hv_elf_has_code (const HvElf *elf, uint64_t offset, uint64_t size)
{
  for (uint32_t i = 0; i < elf->n_segments; i++)
    {
      const Segment *s = &elf->segment[i];
      if (s->type == PT_LOAD_ && s->flags & PF_X_
          && (offset >= s->offset ? offset - s->offset < s->file_size
                                  : s->file_size > 0 && s->offset - offset < size))
        return TRUE;
    }
  return FALSE;
}

gboolean
hv_elf_read (HvElf *elf, uint64_t address, void *bytes, gsize size)
{
  for (uint32_t i = 0; i < elf->n_segments; i++)
    {
      const Segment *s = &elf->segment[i];
      if (s->type == PT_LOAD_ && address >= s->address && address - s->address < s->file_size)
        return size <= s->file_size - (address - s->address)
               && s->offset <= UINT64_MAX - (address - s->address)
               && read_at (elf, s->offset + (address - s->address), bytes, size);
    }
  return FALSE;
}

static void
open_packed (HvElf *elf)
{
  HvSpan packed = hv_elf_section (elf, ".gnu_debugdata");
  lzma_stream stream = LZMA_STREAM_INIT;
  lzma_ret result = LZMA_OK;
  g_autofree uint8_t *out = NULL;
  gsize size = 0, used = 0;

  if (packed.data == NULL || lzma_stream_decoder (&stream, MAX_PACKED, 0) != LZMA_OK)
    return;
  stream.next_in = packed.data;
  stream.avail_in = packed.size;
  while (result == LZMA_OK && used < MAX_PACKED)
    {
      size = MIN (MAX (2 * size, 4 * packed.size), MAX_PACKED);
      uint8_t *larger = g_try_realloc (out, size);
      if (larger == NULL)
        break;
      out = larger;
      stream.next_out = out + used;
      stream.avail_out = size - used;
      result = lzma_code (&stream, LZMA_FINISH);
      used = size - stream.avail_out;
    }
  lzma_end (&stream);
  if (result != LZMA_STREAM_END)
    return;
  elf->packed = hv_elf_new_for_memory (out, used, NULL);
  if (elf->packed)
    g_ptr_array_add (elf->copies, g_steal_pointer (&out));
}

HvElf *
hv_elf_packed_symbols (HvElf *elf)
{
  if (!elf->packed_read)
    open_packed (elf);
  elf->packed_read = TRUE;
  return elf->packed;
}

HvSpan
hv_elf_symbol_table (HvElf *elf, uint32_t type, HvSpan *names)
{
  for (uint32_t i = 0; i < elf->n_sections; i++)
    if (elf->section[i].type == type && elf->section[i].link < elf->n_sections)
      {
        *names = load (elf, &elf->section[elf->section[i].link]);
        return load (elf, &elf->section[i]);
      }
  return *names = (HvSpan){ NULL, 0 };
}
