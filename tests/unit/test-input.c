/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/input.h"
#include "store/profile.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <lzma.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* --- making compressed data --- */

static GByteArray *
gzip_bytes (const void *data, gsize size)
{
  z_stream z = { 0 };
  GByteArray *out = g_byte_array_new ();

  g_assert_cmpint (deflateInit2 (&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  g_byte_array_set_size (out, (guint) deflateBound (&z, size) + 64);
  z.next_in = (Bytef *) data;
  z.avail_in = (uInt) size;
  z.next_out = out->data;
  z.avail_out = out->len;
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint) z.total_out);
  deflateEnd (&z);
  return out;
}

static GByteArray *
zstd_bytes (const void *data, gsize size)
{
  GByteArray *out = g_byte_array_new ();
  ZSTD_CCtx *zstd = ZSTD_createCCtx ();

  /* as the command does; without it, damaged text may pass for text */
  ZSTD_CCtx_setParameter (zstd, ZSTD_c_checksumFlag, 1);
  g_byte_array_set_size (out, (guint) ZSTD_compressBound (size));
  gsize made = ZSTD_compress2 (zstd, out->data, out->len, data, size);
  g_assert_false (ZSTD_isError (made));
  g_byte_array_set_size (out, (guint) made);
  ZSTD_freeCCtx (zstd);
  return out;
}

static GByteArray *
xz_bytes (const void *data, gsize size)
{
  GByteArray *out = g_byte_array_new ();
  size_t made = 0;

  g_byte_array_set_size (out, (guint) lzma_stream_buffer_bound (size));
  g_assert_cmpint (
      lzma_easy_buffer_encode (1, LZMA_CHECK_CRC64, NULL, data, size, out->data, &made, out->len),
      ==, LZMA_OK);
  g_byte_array_set_size (out, (guint) made);
  return out;
}

static GByteArray *
plain_bytes (const void *data, gsize size)
{
  return g_byte_array_append (g_byte_array_new (), data, (guint) size);
}

static const struct
{
  const char *name;
  GByteArray *(*make) (const void *data, gsize size);
} codecs[] = {
  { "plain", plain_bytes },
  { "gzip", gzip_bytes },
  { "zstd", zstd_bytes },
  { "xz", xz_bytes },
};

/* Text that does not compress to nothing: `n` lines of hexadecimal noise. */
static GString *
noise (guint n, guint32 seed)
{
  GString *text = g_string_new (NULL);
  GRand *rand = g_rand_new_with_seed (seed);

  for (guint i = 0; i < n; i++)
    {
      guint words = g_rand_int (rand) % 12;
      g_string_append_printf (text, "%u", i);
      for (guint k = 0; k < words; k++)
        g_string_append_printf (text, " %08x", g_rand_int (rand));
      g_string_append_c (text, '\n');
    }
  g_rand_free (rand);
  return text;
}

/* --- reading it back --- */

typedef struct
{
  GString *text;
  gboolean cut_short;
  GError *error;
} Result;

static void
result_clear (Result *result)
{
  g_string_free (result->text, TRUE);
  g_clear_error (&result->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static Result
read_all (HvInput *input)
{
  Result result = { .text = g_string_new (NULL) };

  while (hv_input_fill (input, 1))
    {
      g_assert_cmpuint (hv_input_offset (input), ==, result.text->len);
      g_assert_cmpint (*input->end, ==, '\0');
      g_string_append_len (result.text, input->pos, input->end - input->pos);
      input->pos = input->end;
    }
  g_assert_cmpuint (hv_input_offset (input), ==, result.text->len);
  hv_input_finish (input, &result.cut_short, &result.error);
  return result;
}

static Result
read_memory (const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvInput) input = hv_input_new_for_memory (data, size, &error);

  if (input)
    return read_all (input);
  return (Result){ .text = g_string_new (NULL), .error = g_steal_pointer (&error) };
}

static void
assert_same (const GString *got, const GString *expected)
{
  g_assert_cmpuint (got->len, ==, expected->len);
  g_assert_true (memcmp (got->str, expected->str, got->len) == 0);
}

/* --- tests --- */

static void
test_codec (gconstpointer data)
{
  gsize codec = GPOINTER_TO_SIZE (data);
  static const guint sizes[] = { 0, 1, 10, 4000, 60000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GString) text = noise (sizes[i], 42);
      g_autoptr (GByteArray) bytes = codecs[codec].make (text->str, text->len);
      g_auto (Result) got = read_memory (bytes->data, bytes->len);
      g_assert_no_error (got.error);
      g_assert_false (got.cut_short);
      assert_same (got.text, text);
    }
}

/* Frames and members one behind the other are one content, be they empty. */
static void
test_concatenated (gconstpointer data)
{
  gsize codec = GPOINTER_TO_SIZE (data);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (GString) part = noise (i % 5 ? i * 40 : 0, i);
      g_autoptr (GByteArray) made = codecs[codec].make (part->str, part->len);
      g_string_append_len (text, part->str, (gssize) part->len);
      g_byte_array_append (bytes, made->data, made->len);
    }
  g_auto (Result) got = read_memory (bytes->data, bytes->len);
  g_assert_no_error (got.error);
  g_assert_false (got.cut_short);
  assert_same (got.text, text);
}

/* Zeros behind the end, as a tape or dd leaves them, are no damage. */
static void
test_padding (gconstpointer data)
{
  gsize codec = GPOINTER_TO_SIZE (data);
  g_autoptr (GString) text = noise (5000, 7);
  g_autoptr (GByteArray) bytes = codecs[codec].make (text->str, text->len);
  static const guint8 zeros[512];

  g_byte_array_append (bytes, zeros, sizeof zeros);
  g_auto (Result) got = read_memory (bytes->data, bytes->len);
  g_assert_no_error (got.error);
  g_assert_false (got.cut_short);
  assert_same (got.text, text);
}

/* Cut at every place near both ends and at many between: a prefix of the content, and said so. */
static void
test_cut (gconstpointer data)
{
  gsize codec = GPOINTER_TO_SIZE (data);
  g_autoptr (GString) text = noise (12000, 3);
  g_autoptr (GByteArray) bytes = codecs[codec].make (text->str, text->len);
  gsize best = 0;

  for (guint cut = 6; cut < bytes->len;
       cut += cut < 64 || cut + 32 > bytes->len ? 1 : bytes->len / 30)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes->data, cut);
      g_auto (Result) got = read_memory (copy, cut);
      if (got.error)
        {
          /* nothing at all could be read */
          g_assert_error (got.error, HV_ERROR, HV_ERROR_FORMAT);
          g_assert_nonnull (strstr (got.error->message, "at byte 0"));
          g_assert_cmpuint (best, ==, 0);
          continue;
        }
      g_assert_true (got.cut_short);
      g_assert_cmpuint (got.text->len, >=, best);
      g_assert_cmpuint (got.text->len, <=, text->len);
      g_assert_true (memcmp (got.text->str, text->str, got.text->len) == 0);
      best = got.text->len;
    }
  g_assert_cmpuint (best, >, text->len / 2);
}

/* Bytes turned over in the middle: what came before them is kept. */
static void
test_damage (gconstpointer data)
{
  gsize codec = GPOINTER_TO_SIZE (data);
  g_autoptr (GString) text = noise (30000, 5);
  g_autoptr (GByteArray) bytes = codecs[codec].make (text->str, text->len);

  for (guint part = 4; part <= 9; part++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes->data, bytes->len);
      memset (copy + bytes->len / 10 * part, 0xa5, 64);
      g_auto (Result) got = read_memory (copy, bytes->len);
      g_assert_no_error (got.error);
      g_assert_true (got.cut_short);
      gsize equal = 0;
      while (equal < got.text->len && equal < text->len && got.text->str[equal] == text->str[equal])
        equal++;
      g_assert_cmpuint (equal, >, text->len / 10 * (part - 3));
    }

  /* a wrong check sum behind the content: all of it is there, and doubted */
  if (codecs[codec].make == gzip_bytes)
    {
      bytes->data[bytes->len - 6] ^= 1;
      g_auto (Result) got = read_memory (bytes->data, bytes->len);
      g_assert_no_error (got.error);
      g_assert_true (got.cut_short);
      assert_same (got.text, text);
    }
}

static void
test_damaged_start (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
  } starts[] = {
    { "\x1f\x8b\x08\xff\xff\xff", 6 },
    { "\x1f\x8b\x08", 3 },
    { "\x28\xb5\x2f\xfd\xff\xff\xff\xff", 8 },
    { "\x28\xb5\x2f\xfd", 4 },
    { "\xfd"
      "7zXZ\0garbage garbage",
      20 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_auto (Result) got = read_memory (starts[i].bytes, starts[i].size);
      g_assert_error (got.error, HV_ERROR, HV_ERROR_FORMAT);
    }

  /* a magic number that is cut is no compression */
  g_auto (Result) two = read_memory ("\x1f\x8b", 2);
  g_assert_no_error (two.error);
  g_assert_cmpuint (two.text->len, ==, 2);
}

/* A frame that asks for a window of 2 GiB. */
static void
test_memory_limit (void)
{
  static const guint8 frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, (31 - 10) << 3, 0x01, 0x00, 0x00 };
  g_auto (Result) got = read_memory (frame, sizeof frame);

  g_assert_error (got.error, HV_ERROR, HV_ERROR_FORMAT);
  g_assert_nonnull (strstr (got.error->message, "512 MiB"));
}

/* Put away, or cancelled, while much of it is still to come. */
static void
test_left (gconstpointer data)
{
  gsize codec = GPOINTER_TO_SIZE (data);
  g_autoptr (GString) text = noise (100000, 13);
  g_autoptr (GByteArray) bytes = codecs[codec].make (text->str, text->len);

  for (gsize until = 0; until < 2 << 20; until += 350000)
    for (int cancel = 0; cancel <= 1; cancel++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (GCancellable) cancellable = g_cancellable_new ();
        g_autoptr (HvInput) input = hv_input_new_for_memory (bytes->data, bytes->len, &error);
        g_assert_no_error (error);
        hv_input_watch (input, cancellable, NULL, NULL);
        while (hv_input_offset (input) < until && hv_input_fill (input, 1))
          input->pos = input->end;
        g_assert_cmpuint (hv_input_offset (input), >=, until);
        if (!cancel)
          continue;
        g_cancellable_cancel (cancellable);
        while (hv_input_fill (input, 1))
          input->pos = input->end;
        g_assert_cmpuint (hv_input_offset (input), <, text->len);
        gboolean cut_short;
        g_assert_false (hv_input_finish (input, &cut_short, &error));
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      }
}

static void
test_lines (gconstpointer data)
{
  gsize codec = GPOINTER_TO_SIZE (data);
  GRand *rand = g_rand_new_with_seed (11);
  g_autoptr (GString) text = g_string_new ("\n\r\n");
  /* around the window's size, across two and three of them */
  static const guint lengths[] = { 1048575, 0,      1048576, 1,       1048577,
                                   524288,  700000, 2500000, 3000000, 17 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      for (guint k = 0; k < lengths[i]; k++)
        g_string_append_c (text, (char) ('a' + g_rand_int (rand) % 26));
      g_string_append_c (text, '\n');
    }
  g_string_append (text, "last");
  g_rand_free (rand);

  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) bytes = codecs[codec].make (text->str, text->len);
  g_autoptr (HvInput) input = hv_input_new_for_memory (bytes->data, bytes->len, &error);
  const char *line;
  gsize length, at = 0;
  uint64_t n = 0;
  g_assert_no_error (error);
  while (hv_input_line (input, &line, &length))
    {
      gsize expected = strcspn (text->str + at, "\n");
      g_assert_cmpuint (length, ==, expected);
      g_assert_true (memcmp (line, text->str + at, length) == 0);
      at += length + 1;
      g_assert_cmpuint (hv_input_line_number (input), ==, ++n);
      g_assert_cmpuint (hv_input_offset (input), ==, MIN (at, text->len));
      g_assert_cmpint (hv_input_ended_in_line (input), ==, at > text->len);
    }
  g_assert_cmpuint (n, ==, 2 + G_N_ELEMENTS (lengths) + 1);
  g_assert_cmpuint (at, ==, text->len + 1);
  g_assert_false (hv_input_line (input, &line, &length));
}

static void
test_ended_with_newline (void)
{
  g_autoptr (HvInput) input = hv_input_new_for_memory ("a\n", 2, NULL);
  const char *line;
  gsize length;

  g_assert_true (hv_input_line (input, &line, &length));
  g_assert_cmpuint (length, ==, 1);
  g_assert_false (hv_input_line (input, &line, &length));
  g_assert_false (hv_input_ended_in_line (input));
}

/* Pieces of all sizes: what was not consumed stays, the rest follows. */
static void
test_fill (void)
{
  g_autoptr (GString) text = noise (60000, 9);
  g_autoptr (HvInput) input = hv_input_new_for_memory (text->str, text->len, NULL);
  GRand *rand = g_rand_new_with_seed (13);
  gsize at = 0;

  while (at < text->len)
    {
      gsize need = g_rand_int (rand) % 300000 + 1;
      gboolean full = hv_input_fill (input, need);
      gsize there = (gsize) (input->end - input->pos);
      g_assert_cmpint (full, ==, text->len - at >= need);
      g_assert_cmpuint (there, >=, MIN (need, text->len - at));
      g_assert_true (memcmp (input->pos, text->str + at, there) == 0);
      gsize take = g_rand_int (rand) % (need + 1);
      take = MIN (take, there);
      input->pos += take;
      at += take;
      g_assert_cmpuint (hv_input_offset (input), ==, at);
    }
  g_assert_cmpuint (at, ==, text->len);
  g_assert_false (hv_input_fill (input, 1));
  g_rand_free (rand);
}

static void
test_too_long (void)
{
  const gsize size = 65 * 1024 * 1024;
  g_autofree char *text = g_malloc (size);
  g_autoptr (GError) error = NULL;
  gboolean cut_short;
  const char *line;
  gsize length;

  memset (text, 'x', size);
  memcpy (text, "first\n", 6);
  g_autoptr (GByteArray) bytes = zstd_bytes (text, size);
  g_autoptr (HvInput) input = hv_input_new_for_memory (bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  g_assert_true (hv_input_line (input, &line, &length));
  g_assert_false (hv_input_line (input, &line, &length));
  g_assert_false (hv_input_finish (input, &cut_short, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==, "a line or text of more than 64 MiB (at byte 6)");
}

/* --- files and pipes --- */

typedef struct
{
  int fd;
  const GByteArray *bytes;
  guint piece;
} Writer;

/* Small pieces at first, so that a magic number arrives in parts. */
static gpointer
write_pieces (gpointer data)
{
  Writer *writer = data;
  guint at = 0;

  while (at < writer->bytes->len)
    {
      guint size = MIN (at < 12 ? writer->piece : 65536, writer->bytes->len - at);
      ssize_t put = write (writer->fd, writer->bytes->data + at, size);
      g_assert_cmpint (put, >, 0);
      at += (guint) put;
      if (at < 12)
        g_usleep (2000);
    }
  close (writer->fd);
  return NULL;
}

static void
test_pipe (gconstpointer data)
{
  gsize codec = GPOINTER_TO_SIZE (data);
  g_autoptr (GString) text = noise (40000, 17);
  g_autoptr (GByteArray) bytes = codecs[codec].make (text->str, text->len);

  for (guint piece = 1; piece <= 4; piece++)
    {
      int fd[2];
      g_autoptr (GError) error = NULL;
      g_assert_cmpint (pipe (fd), ==, 0);
      Writer writer = { .fd = fd[1], .bytes = bytes, .piece = piece };
      g_autofree char *path = g_strdup_printf ("/dev/fd/%d", fd[0]);
      GThread *thread = g_thread_new ("writer", write_pieces, &writer);
      g_autoptr (HvInput) input = hv_input_open (path, NULL, &error);
      close (fd[0]);
      g_assert_no_error (error);
      g_auto (Result) got = read_all (input);
      g_thread_join (thread);
      g_assert_no_error (got.error);
      g_assert_false (got.cut_short);
      assert_same (got.text, text);
    }
}

/* "-" is standard input: in a child, whose own that can be. */
static void
test_standard_input (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (HvInput) input = hv_input_open ("-", NULL, NULL);
      g_auto (Result) got = read_all (input);
      g_print ("read %" G_GSIZE_FORMAT "\n", got.text->len);
      return;
    }
  g_autoptr (GError) error = NULL;
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GSubprocess) child = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, self, "-p",
      "/input/standard-input", "--GTestSubprocess", NULL);
  g_assert_no_error (error);
  g_autoptr (GString) text = noise (3000, 19);
  g_autoptr (GByteArray) made = gzip_bytes (text->str, text->len);
  g_autoptr (GBytes) bytes = g_bytes_new (made->data, made->len);
  g_autoptr (GBytes) output = NULL;
  g_subprocess_communicate (child, bytes, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *expected = g_strdup_printf ("read %" G_GSIZE_FORMAT "\n", text->len);
  g_assert_nonnull (
      g_strstr_len (g_bytes_get_data (output, NULL), (gssize) g_bytes_get_size (output), expected));
}

static void
count_progress (uint64_t done, uint64_t size, gpointer user)
{
  uint64_t *seen = user;

  g_assert_cmpuint (done, >=, *seen);
  g_assert_cmpuint (done, <=, size);
  *seen = done;
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (20000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("heapview-input-XXXXXX", &path, &error);
  g_autoptr (GString) text = noise (50000, 23);
  g_autoptr (GByteArray) bytes = zstd_bytes (text->str, text->len);
  uint64_t done = 0;

  g_assert_no_error (error);
  close (fd);
  g_file_set_contents (path, (const char *) bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  HvInput *input = hv_input_open (path, NULL, &error);
  g_assert_no_error (error);
  hv_input_watch (input, NULL, count_progress, &done);
  g_auto (Result) got = read_all (input);
  g_assert_no_error (got.error);
  assert_same (got.text, text);
  g_assert_cmpuint (done, ==, bytes->len);
  hv_input_free (input);

  /* cancelled while a file of a few bytes unfolds */
  g_autofree char *zeros = g_malloc0 (64 * 1024 * 1024);
  g_autoptr (GByteArray) small = zstd_bytes (zeros, 64 * 1024 * 1024);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_assert_cmpuint (small->len, <, 65536);
  input = hv_input_new_for_memory (small->data, small->len, &error);
  g_assert_no_error (error);
  hv_input_watch (input, cancellable, NULL, NULL);
  g_cancellable_cancel (cancellable);
  g_auto (Result) cancelled = read_all (input);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (cancelled.text->len, <, 2 * 1024 * 1024);
  hv_input_free (input);

  g_unlink (path);

  /* nobody writes to a pipe: who waits for that can be stopped */
  g_cancellable_reset (cancellable);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_null (hv_input_open (path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_thread_join (thread);
  g_unlink (path);

  g_assert_null (hv_input_open (path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (hv_input_open (g_get_tmp_dir (), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (gconstpointer);
    gsize first; /* plain data have no frames to be cut */
  } by_codec[] = {
    { "whole", test_codec, 0 },     { "concatenated", test_concatenated, 0 },
    { "padding", test_padding, 1 }, { "cut", test_cut, 1 },
    { "damage", test_damage, 1 },   { "lines", test_lines, 0 },
    { "pipe", test_pipe, 0 },       { "left", test_left, 0 },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (by_codec); i++)
    for (gsize codec = by_codec[i].first; codec < G_N_ELEMENTS (codecs); codec++)
      {
        g_autofree char *path = g_strdup_printf ("/input/%s/%s", by_codec[i].name,
                                                 codecs[codec].name);
        g_test_add_data_func (path, GSIZE_TO_POINTER (codec), by_codec[i].test);
      }
  g_test_add_func ("/input/damaged-start", test_damaged_start);
  g_test_add_func ("/input/memory-limit", test_memory_limit);
  g_test_add_func ("/input/ended-with-newline", test_ended_with_newline);
  g_test_add_func ("/input/fill", test_fill);
  g_test_add_func ("/input/too-long", test_too_long);
  g_test_add_func ("/input/standard-input", test_standard_input);
  g_test_add_func ("/input/file", test_file);
  return g_test_run ();
}
