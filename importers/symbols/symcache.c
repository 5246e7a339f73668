/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symcache.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* Raise it when the symboliser finds other names in the same file, or names have other canonical
 * paths: what older ones found is then never asked for again and goes when the cache is full. */
#define ENGINE 6

/* "HVsymb2\n"; on a machine of the other byte order it reads as another. */
#define MAGIC G_GUINT64_CONSTANT (0x0a32626d79735648)
#define SUFFIX ".names"
#define TEMPORARY ".XXXXXX"

#define MAX_BYTES ((uint64_t) 256 << 20) /* of all files */
#define MAX_FILE_BYTES ((uint64_t) 64 << 20)
#define MAX_HEAD_BYTES ((uint64_t) 1 << 20) /* of that, what is kept free for key and inputs */
#define STALE_SECONDS 3600

/* Of one address, and of one name: far above what compilers make. */
#define MAX_FRAMES 4096
#define MAX_NAME (1 << 20)

/* A file is this header and then, without gaps: addresses (uint64_t, ascending), the first link of
 * each and the end (uint32_t), links (uint32_t: frames, those of an address innermost first),
 * frames, strings (uint32_t: their offset in the text), text. */
typedef struct
{
  uint64_t magic;
  uint64_t checksum; /* of all that follows */
  uint32_t quality;
  uint32_t key, inputs; /* strings */
  uint32_t n_addresses, n_links, n_frames, n_strings, n_text;
} Header;

enum
{
  FLAG_INLINED = 1,
  FLAG_SYMBOL_ONLY = 2,
};

typedef struct
{
  uint32_t function, file, path, trait; /* strings */
  uint32_t line, flags;
} Frame;

/* What is put. */
typedef struct
{
  GHashTable *string_of; /* text → index */
  GStringChunk *kept;
  GPtrArray *strings;
  GHashTable *frame_of; /* bytes of a Frame → index */
  GArray *frames;       /* of Frame */
  GArray *entries;      /* of Entry */
  GArray *links;        /* of uint32_t */
  uint64_t text_bytes;
} Draft;

typedef struct
{
  uint64_t address;
  uint32_t first, n;
} Entry;

struct HvSymcache
{
  char *path, *key, *inputs;
  HvQuality quality;

  /* the file as read; `header` is NULL when nothing is known */
  char *data;
  const Header *header;
  const uint64_t *addresses;
  const uint32_t *first, *links, *strings;
  const Frame *frames;
  const char *text;

  Draft *draft;
};

/* --- reading --- */

char *
hv_symcache_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "heapview", "symbols", NULL);
}

static const char *
string_at (const HvSymcache *cache, uint32_t string)
{
  return cache->text + cache->strings[string];
}

/* Checks everything that the other functions rely on. */
static gboolean
parse (HvSymcache *cache, gsize size)
{
  const Header *h = (const Header *) (gpointer) cache->data;

  if (size < sizeof *h || h->magic != MAGIC)
    return FALSE;
  uint64_t whole = sizeof *h + (uint64_t) h->n_addresses * 8 + ((uint64_t) h->n_addresses + 1) * 4
                   + (uint64_t) h->n_links * 4 + (uint64_t) h->n_frames * sizeof (Frame)
                   + (uint64_t) h->n_strings * 4 + h->n_text;
  gsize hashed = offsetof (Header, quality);
  if (whole != size || XXH3_64bits (cache->data + hashed, size - hashed) != h->checksum)
    return FALSE;

  cache->addresses = (const uint64_t *) (gconstpointer) (h + 1);
  cache->first = (const uint32_t *) (gconstpointer) (cache->addresses + h->n_addresses);
  cache->links = cache->first + h->n_addresses + 1;
  cache->frames = (const Frame *) (gconstpointer) (cache->links + h->n_links);
  cache->strings = (const uint32_t *) (gconstpointer) (cache->frames + h->n_frames);
  cache->text = (const char *) (cache->strings + h->n_strings);
  if (h->n_text == 0 || cache->text[h->n_text - 1] != 0 || h->key >= h->n_strings
      || h->inputs >= h->n_strings || h->quality > HV_QUALITY_FULL || cache->first[0] != 0
      || cache->first[h->n_addresses] != h->n_links)
    return FALSE;
  for (uint32_t i = 0; i < h->n_addresses; i++)
    if (cache->first[i] > cache->first[i + 1] || cache->first[i + 1] - cache->first[i] > MAX_FRAMES
        || (i > 0 && cache->addresses[i - 1] >= cache->addresses[i]))
      return FALSE;
  for (uint32_t i = 0; i < h->n_links; i++)
    if (cache->links[i] >= h->n_frames)
      return FALSE;
  for (uint32_t i = 0; i < h->n_frames; i++)
    if (cache->frames[i].function >= h->n_strings || cache->frames[i].file >= h->n_strings
        || cache->frames[i].path >= h->n_strings || cache->frames[i].trait >= h->n_strings
        || cache->frames[i].flags > (FLAG_INLINED | FLAG_SYMBOL_ONLY))
      return FALSE;
  for (uint32_t i = 0; i < h->n_strings; i++)
    if (cache->strings[i] >= h->n_text)
      return FALSE;
  if (strcmp (string_at (cache, h->key), cache->key) != 0
      || !g_utf8_validate (string_at (cache, h->inputs), -1, NULL))
    return FALSE;
  cache->header = h;
  return TRUE;
}

static void
forget (HvSymcache *cache)
{
  cache->header = NULL;
  g_clear_pointer (&cache->data, g_free);
  g_clear_pointer (&cache->inputs, g_free);
}

/* Reads the file whole, rather than to map it: another process may damage it meanwhile. */
static void
read_names (HvSymcache *cache)
{
  int fd = g_open (cache->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
  struct stat info;
  gsize got = 0;

  if (fd < 0)
    return;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size >= 0
      && (uint64_t) info.st_size <= MAX_FILE_BYTES)
    {
      gsize size = (gsize) info.st_size;
      ssize_t n = 1;
      cache->data = g_malloc (MAX (size, sizeof (Header)));
      while (got < size && n > 0)
        {
          n = read (fd, cache->data + got, size - got);
          got += n > 0 ? (gsize) n : 0;
        }
    }
  if (cache->data && parse (cache, got))
    {
      cache->quality = (HvQuality) cache->header->quality;
      cache->inputs = g_strdup (string_at (cache, cache->header->inputs));
      /* it was used now */
      futimens (fd, NULL);
    }
  else
    {
      forget (cache);
      g_unlink (cache->path);
    }
  close (fd);
}

/* Tells the ELF file from others: as it was opened, for at its path another may lie by now. Where
 * times of files are set by a package or an image, the size and the inode's time of change are what
 * differs. */
static char *
key_of (HvElf *elf, const char *path)
{
  const char *build_id = hv_elf_build_id (elf);
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *identity = hv_elf_identity (elf);

  if (build_id)
    return g_strdup_printf ("%d %s %" G_GUINT64_FORMAT, ENGINE, build_id, hv_elf_size (elf));
  return g_strdup_printf ("%d %s %s", ENGINE, whole, identity);
}

HvSymcache *
hv_symcache_open (HvElf *elf, const char *path)
{
  g_autofree char *key = key_of (elf, path), *folder = hv_symcache_folder ();

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return NULL;
  XXH128_hash_t hash = XXH3_128bits (key, strlen (key));
  g_autofree char *name = g_strdup_printf (
      "%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x" SUFFIX, hash.high64, hash.low64);
  HvSymcache *cache = g_new0 (HvSymcache, 1);
  cache->key = g_steal_pointer (&key);
  cache->path = g_build_filename (folder, name, NULL);
  read_names (cache);
  return cache;
}

gboolean
hv_symcache_is_known (const HvSymcache *cache)
{
  return cache->header != NULL;
}

HvQuality
hv_symcache_quality (const HvSymcache *cache)
{
  return cache->quality;
}

const char *
hv_symcache_inputs (const HvSymcache *cache)
{
  return cache->inputs ? cache->inputs : "";
}

gboolean
hv_symcache_find (const HvSymcache *cache, uint64_t address, const uint32_t **frames, gsize *n)
{
  uint32_t low = 0, high = cache->header ? cache->header->n_addresses : 0, n_known = high;

  while (low < high)
    {
      uint32_t middle = low + (high - low) / 2;
      if (cache->addresses[middle] < address)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == n_known || cache->addresses[low] != address)
    return FALSE;
  *frames = cache->links + cache->first[low];
  *n = cache->first[low + 1] - cache->first[low];
  return TRUE;
}

gsize
hv_symcache_n_frames (const HvSymcache *cache)
{
  return cache->header ? cache->header->n_frames : 0;
}

HvCachedFrame
hv_symcache_frame (const HvSymcache *cache, uint32_t frame)
{
  const Frame *f = &cache->frames[frame];

  return (HvCachedFrame){
    .function = string_at (cache, f->function),
    .file = string_at (cache, f->file),
    .path = string_at (cache, f->path),
    .trait = string_at (cache, f->trait),
    .line = f->line,
    .inlined = (f->flags & FLAG_INLINED) != 0,
    .symbol_only = (f->flags & FLAG_SYMBOL_ONLY) != 0,
  };
}

/* --- what the names are from --- */

char *
hv_symcache_input (const char *path)
{
  GStatBuf st;

  /* a line each */
  if (path == NULL || !g_utf8_validate (path, -1, NULL) || strchr (path, '\n')
      || g_stat (path, &st) != 0)
    return g_strdup ("");
  return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld %s\n",
                          (gint64) st.st_size, (gint64) st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                          path);
}

gboolean
hv_symcache_inputs_changed (const char *inputs)
{
  g_auto (GStrv) lines = g_strsplit (inputs, "\n", -1);

  for (char **line = lines; *line; line++)
    {
      g_auto (GStrv) parts = g_strsplit (*line, " ", 3);
      if (g_strv_length (parts) < 3)
        continue;
      g_autofree char *now = hv_symcache_input (parts[2]);
      if (*now && strncmp (now, *line, strlen (*line)) != 0)
        return TRUE;
    }
  return FALSE;
}

/* --- writing --- */

static guint
hash_frame (gconstpointer key)
{
  return (guint) XXH3_64bits (key, sizeof (Frame));
}

static gboolean
equal_frames (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Frame)) == 0;
}

static void
draft_free (Draft *draft)
{
  if (draft == NULL)
    return;
  g_hash_table_unref (draft->string_of);
  g_string_chunk_free (draft->kept);
  g_ptr_array_unref (draft->strings);
  g_hash_table_unref (draft->frame_of);
  g_array_unref (draft->frames);
  g_array_unref (draft->entries);
  g_array_unref (draft->links);
  g_free (draft);
}

static uint32_t
draft_string (Draft *draft, const char *text)
{
  gpointer known;

  if (g_hash_table_lookup_extended (draft->string_of, text, NULL, &known))
    return GPOINTER_TO_UINT (known);
  char *kept = g_string_chunk_insert (draft->kept, text);
  uint32_t string = draft->strings->len;
  g_ptr_array_add (draft->strings, kept);
  g_hash_table_insert (draft->string_of, kept, GUINT_TO_POINTER (string));
  draft->text_bytes += strlen (text) + 1;
  return string;
}

static Draft *
draft_new (void)
{
  Draft *draft = g_new0 (Draft, 1);

  draft->string_of = g_hash_table_new (g_str_hash, g_str_equal);
  draft->kept = g_string_chunk_new (1 << 16);
  draft->strings = g_ptr_array_new ();
  draft->frame_of = g_hash_table_new_full (hash_frame, equal_frames, g_free, NULL);
  draft->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  draft->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  draft->links = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  return draft;
}

static uint32_t
draft_frame (Draft *draft, const HvCachedFrame *frame)
{
  Frame new = {
    .function = draft_string (draft, frame->function),
    .file = draft_string (draft, frame->file),
    .path = draft_string (draft, frame->path),
    .trait = draft_string (draft, frame->trait),
    .line = frame->line,
    .flags = (frame->inlined ? FLAG_INLINED : 0) | (frame->symbol_only ? FLAG_SYMBOL_ONLY : 0),
  };
  gpointer known;

  if (g_hash_table_lookup_extended (draft->frame_of, &new, NULL, &known))
    return GPOINTER_TO_UINT (known);
  uint32_t index = draft->frames->len;
  g_array_append_val (draft->frames, new);
  g_hash_table_insert (draft->frame_of, g_memdup2 (&new, sizeof new), GUINT_TO_POINTER (index));
  return index;
}

static uint64_t
draft_bytes (const Draft *draft)
{
  return sizeof (Header) + (uint64_t) draft->entries->len * 12 + 4
         + (uint64_t) draft->links->len * 4 + (uint64_t) draft->frames->len * sizeof (Frame)
         + (uint64_t) draft->strings->len * 4 + draft->text_bytes;
}

void
hv_symcache_put (HvSymcache *cache, uint64_t address, const HvCachedFrame *frames, gsize n)
{
  if (cache->draft == NULL)
    cache->draft = draft_new ();
  Draft *draft = cache->draft;
  Entry entry = { .address = address, .first = draft->links->len, .n = (uint32_t) n };

  uint64_t bytes = draft_bytes (draft) + sizeof (uint64_t) + sizeof (uint32_t);
  if (n > MAX_FRAMES)
    return;
  for (gsize i = 0; i < n; i++)
    {
      const char *const texts[] = { frames[i].function, frames[i].file, frames[i].path,
                                    frames[i].trait };
      bytes += sizeof (Frame) + sizeof (uint32_t);
      for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
        {
          gsize length = strlen (texts[k]);
          if (length > MAX_NAME)
            return;
          bytes += sizeof (uint32_t) + length + 1;
        }
    }
  /* what is too large is not written at all */
  if (bytes > MAX_FILE_BYTES - MAX_HEAD_BYTES)
    return;
  for (gsize i = 0; i < n; i++)
    {
      uint32_t frame = draft_frame (draft, &frames[i]);
      g_array_append_val (draft->links, frame);
    }
  g_array_append_val (draft->entries, entry);
}

void
hv_symcache_reset (HvSymcache *cache, HvQuality quality, const char *inputs)
{
  g_clear_pointer (&cache->draft, draft_free);
  forget (cache);
  cache->quality = quality;
  cache->inputs = g_strdup (inputs);
}

/* Adds what was read to what was put. */
static void
keep_known (HvSymcache *cache)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (HvCachedFrame));

  for (uint32_t i = 0; cache->header && i < cache->header->n_addresses; i++)
    {
      g_array_set_size (frames, 0);
      for (uint32_t link = cache->first[i]; link < cache->first[i + 1]; link++)
        {
          HvCachedFrame frame = hv_symcache_frame (cache, cache->links[link]);
          g_array_append_val (frames, frame);
        }
      hv_symcache_put (cache, cache->addresses[i], HV_ITEMS (frames, HvCachedFrame), frames->len);
    }
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *x = a, *y = b;

  return x->address < y->address ? -1 : x->address > y->address;
}

static GByteArray *
serialise (HvSymcache *cache)
{
  Draft *draft = cache->draft;
  Header header = { .magic = MAGIC, .quality = cache->quality };
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GArray) addresses = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  g_autoptr (GArray) first = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  g_autoptr (GArray) links = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  uint32_t at = 0;

  header.key = draft_string (draft, cache->key);
  header.inputs = draft_string (draft, hv_symcache_inputs (cache));
  g_array_sort (draft->entries, compare_entries);
  for (guint i = 0; i < draft->entries->len; i++)
    {
      const Entry *entry = &g_array_index (draft->entries, Entry, i);
      if (i > 0 && entry[-1].address == entry->address)
        continue;
      g_array_append_val (addresses, entry->address);
      g_array_append_val (first, links->len);
      if (entry->n > 0)
        g_array_append_vals (links, &g_array_index (draft->links, uint32_t, entry->first),
                             entry->n);
    }
  g_array_append_val (first, links->len);
  header.n_addresses = addresses->len;
  header.n_links = links->len;
  header.n_frames = draft->frames->len;
  header.n_strings = draft->strings->len;
  header.n_text = (uint32_t) draft->text_bytes;

  g_byte_array_append (out, (const guint8 *) &header, sizeof header);
  g_byte_array_append (out, (const guint8 *) addresses->data, addresses->len * 8);
  g_byte_array_append (out, (const guint8 *) first->data, first->len * 4);
  g_byte_array_append (out, (const guint8 *) links->data, links->len * 4);
  g_byte_array_append (out, (const guint8 *) draft->frames->data,
                       draft->frames->len * (guint) sizeof (Frame));
  for (guint i = 0; i < draft->strings->len; i++)
    {
      g_byte_array_append (out, (const guint8 *) &at, sizeof at);
      at += (uint32_t) strlen (draft->strings->pdata[i]) + 1;
    }
  for (guint i = 0; i < draft->strings->len; i++)
    g_byte_array_append (out, draft->strings->pdata[i],
                         (guint) strlen (draft->strings->pdata[i]) + 1);
  gsize hashed = offsetof (Header, quality);
  ((Header *) (gpointer) out->data)->checksum = XXH3_64bits (out->data + hashed, out->len - hashed);
  return out;
}

/* Readers see the old file or the new one. Nothing waits for the disk: what a crash leaves behind
 * has a wrong checksum. */
static void
write_names (HvSymcache *cache)
{
  g_autoptr (GByteArray) out = serialise (cache);
  g_autofree char *temporary = g_strconcat (cache->path, TEMPORARY, NULL);
  gsize done = 0;
  ssize_t n = 1;

  if (out->len > MAX_FILE_BYTES)
    return;
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  while (done < out->len && n > 0)
    {
      n = write (fd, out->data + done, out->len - done);
      done += n > 0 ? (gsize) n : 0;
    }
  if (close (fd) != 0 || done < out->len || g_rename (temporary, cache->path) != 0)
    g_unlink (temporary);
}

void
hv_symcache_close (HvSymcache *cache)
{
  if (cache == NULL)
    return;
  if (cache->draft)
    {
      g_autofree char *folder = g_path_get_dirname (cache->path);
      keep_known (cache);
      write_names (cache);
      hv_symcache_trim (folder, MAX_BYTES);
    }
  draft_free (cache->draft);
  forget (cache);
  g_free (cache->path);
  g_free (cache->key);
  g_free (cache);
}

/* --- bound --- */

typedef struct
{
  char *path;
  gint64 used; /* microseconds */
  uint64_t bytes;
} Used;

static void
clear_used (gpointer data)
{
  g_free (((Used *) data)->path);
}

static int
compare_used (gconstpointer a, gconstpointer b)
{
  const Used *x = a, *y = b;

  return x->used < y->used ? -1 : x->used > y->used;
}

void
hv_symcache_trim (const char *folder, uint64_t max_bytes)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) files = g_array_new (FALSE, FALSE, sizeof (Used));
  const char *name;
  uint64_t bytes = 0;

  g_array_set_clear_func (files, clear_used);
  while (dir && (name = g_dir_read_name (dir)))
    {
      Used file = { .path = g_build_filename (folder, name, NULL) };
      GStatBuf st;
      gboolean ours = strstr (name, SUFFIX) && g_lstat (file.path, &st) == 0
                      && S_ISREG (st.st_mode);
      /* left behind by a process that was killed */
      if (ours && !g_str_has_suffix (name, SUFFIX)
          && st.st_mtime < g_get_real_time () / G_USEC_PER_SEC - STALE_SECONDS)
        g_unlink (file.path);
      if (!ours || !g_str_has_suffix (name, SUFFIX))
        {
          g_free (file.path);
          continue;
        }
      file.used = (gint64) st.st_mtim.tv_sec * G_USEC_PER_SEC + st.st_mtim.tv_nsec / 1000;
      file.bytes = (uint64_t) st.st_size;
      bytes += file.bytes;
      g_array_append_val (files, file);
    }
  if (bytes <= max_bytes)
    return;
  g_array_sort (files, compare_used);
  for (guint i = 0; i < files->len && bytes > max_bytes; i++)
    {
      const Used *file = &g_array_index (files, Used, i);
      if (g_unlink (file->path) == 0)
        bytes -= file->bytes;
    }
}
