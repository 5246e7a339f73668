/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input.h"

#include "store/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* Large enough that a refill is rare beside the parsing of it, small enough to stay in the cache.
 */
#define WINDOW_SIZE (1024 * 1024)
#define RAW_SIZE (256 * 1024)
/* No format has a longer unit that must be seen in one piece; a longer one is an attack. */
#define MAX_WINDOW (64 * 1024 * 1024)
/* What a decompressor may take for itself: the writers' own defaults need an eighth of this, a
 * crafted header could ask for gigabytes. */
#define XZ_MEMORY_LIMIT (512u * 1024 * 1024)
#define ZSTD_WINDOW_LOG_MAX 29
/* Enough of a zstd frame to tell how long its header is. */
#define ZSTD_FRAME_START 5

typedef enum
{
  CODEC_NONE,
  CODEC_GZIP,
  CODEC_ZSTD,
  CODEC_XZ
} Codec;

typedef struct
{
  HvInput base;

  int fd; /* -1: memory */
  uint64_t file_size, raw_read;
  const uint8_t *memory;
  gsize memory_size;

  uint8_t *raw; /* compressed bytes: [raw_pos, raw_end) unread */
  gsize raw_pos, raw_end;
  gboolean raw_eof;

  Codec codec;
  z_stream gzip;
  ZSTD_DCtx *zstd;
  gsize zstd_hint; /* how many bytes the decompressor wants next */
  lzma_stream xz;
  gboolean between_frames; /* a compressed frame is complete: the end may come here */

  char *window;
  gsize window_size;
  uint64_t window_offset; /* of window[0] in the decompressed data */
  uint64_t lines;
  gboolean eof, cut_short, ended_in_line;
  GError *error;

  GCancellable *cancellable;
  HvProgressFunc progress;
  gpointer progress_user;
} Input;

/* Reads up to `size` bytes of the file; 0 at its end or on failure (error). */
static gsize
read_file (Input *in, uint8_t *out, gsize size)
{
  ssize_t got;

  do
    got = read (in->fd, out, size);
  while (got < 0 && errno == EINTR
         && !g_cancellable_set_error_if_cancelled (in->cancellable, &in->error));
  if (got >= 0)
    return (gsize) got;
  if (in->error == NULL)
    g_set_error (&in->error, G_IO_ERROR, g_io_error_from_errno (errno), "%s", g_strerror (errno));
  return 0;
}

static gboolean
read_raw (Input *in)
{
  if (in->raw_pos < in->raw_end)
    return TRUE;
  if (in->raw_eof)
    return FALSE;

  gsize size;
  if (in->fd < 0)
    {
      size = MIN (in->memory_size, RAW_SIZE);
      if (size) /* in->memory may be NULL: an empty file */
        {
          memcpy (in->raw, in->memory, size);
          in->memory += size;
          in->memory_size -= size;
        }
    }
  else
    size = read_file (in, in->raw, RAW_SIZE);
  in->raw_pos = 0;
  in->raw_end = size;
  in->raw_read += size;
  in->raw_eof = size == 0;
  if (in->progress)
    in->progress (in->raw_read, in->file_size, in->progress_user);
  return size > 0;
}

static gsize
too_large (Input *in)
{
  g_set_error (&in->error, HV_ERROR, HV_ERROR_FORMAT,
               "decompressing it needs more than %u MiB of memory", XZ_MEMORY_LIMIT >> 20);
  return 0;
}

/* Decompresses into `out`; 0 at the end, on damage (cut_short) or on failure (error). */
static gsize
decode (Input *in, char *out, gsize size)
{
  while (TRUE)
    {
      /* A few raw bytes may expand to gigabytes: Cancel is looked at here, not at each read. */
      if (g_cancellable_set_error_if_cancelled (in->cancellable, &in->error))
        return 0;
      /* At the end of the file a codec may still hold output that did not fit before. */
      gboolean more = read_raw (in);
      if (in->error || (!more && in->between_frames))
        return 0;

      gsize available = in->raw_end - in->raw_pos, made = 0;
      gsize before = in->raw_pos;
      switch (in->codec)
        {
        case CODEC_NONE:
          made = MIN (available, size);
          memcpy (out, in->raw + in->raw_pos, made);
          in->raw_pos += made;
          break;

        case CODEC_GZIP:
          {
            if (in->between_frames)
              {
                /* padding after the last member is no member */
                if (in->raw[in->raw_pos] != 0x1f)
                  return 0;
                if (inflateReset (&in->gzip) != Z_OK)
                  return 0;
                in->between_frames = FALSE;
              }
            in->gzip.next_in = in->raw + in->raw_pos;
            in->gzip.avail_in = (uInt) available;
            in->gzip.next_out = (Bytef *) out;
            in->gzip.avail_out = (uInt) size;
            int status = inflate (&in->gzip, Z_NO_FLUSH);
            made = size - in->gzip.avail_out;
            in->raw_pos = in->raw_end - in->gzip.avail_in;
            in->between_frames = status == Z_STREAM_END;
            if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR && made == 0)
              {
                in->cut_short = TRUE;
                return 0;
              }
            break;
          }

        case CODEC_ZSTD:
          {
            /* padding after the last frame is no frame: those begin with 28 b5 2f fd, skippable
             * ones with 5x 2a 4d 18 */
            if (in->between_frames && in->raw[in->raw_pos] != 0x28
                && (in->raw[in->raw_pos] & 0xf0) != 0x50)
              return 0;
            /* On damage the decompressor drops what the same call made before: it is given no more
             * than it asks for, one block. */
            ZSTD_inBuffer source = { in->raw + in->raw_pos, MIN (available, in->zstd_hint), 0 };
            ZSTD_outBuffer target = { out, size, 0 };
            size_t status = ZSTD_decompressStream (in->zstd, &target, &source);
            if (ZSTD_isError (status))
              {
                if (ZSTD_getErrorCode (status) == ZSTD_error_frameParameter_windowTooLarge)
                  return too_large (in);
                in->cut_short = TRUE;
                return 0;
              }
            made = target.pos;
            in->raw_pos += source.pos;
            in->between_frames = status == 0;
            in->zstd_hint = status ? status : ZSTD_FRAME_START;
            break;
          }

        case CODEC_XZ:
          {
            in->xz.next_in = in->raw + in->raw_pos;
            in->xz.avail_in = available;
            in->xz.next_out = (uint8_t *) out;
            in->xz.avail_out = size;
            lzma_ret status = lzma_code (&in->xz, more ? LZMA_RUN : LZMA_FINISH);
            made = size - in->xz.avail_out;
            in->raw_pos = in->raw_end - in->xz.avail_in;
            in->between_frames = status == LZMA_STREAM_END;
            if (status == LZMA_STREAM_END)
              in->raw_eof = TRUE, in->raw_pos = in->raw_end;
            else if (status != LZMA_OK && made == 0)
              {
                if (status == LZMA_MEMLIMIT_ERROR)
                  return too_large (in);
                in->cut_short = TRUE;
                return 0;
              }
            break;
          }
        }
      if (made)
        return made;
      if (in->raw_pos == before && !in->between_frames)
        {
          /* neither read nor written: the data stop in the middle, or the codec is stuck on damage
           */
          in->cut_short = TRUE;
          return 0;
        }
    }
}

static gboolean
start_codec (Input *in, GError **error)
{
  in->between_frames = TRUE;
  if (!read_raw (in))
    {
      if (in->error)
        {
          g_propagate_error (error, g_steal_pointer (&in->error));
          return FALSE;
        }
      return TRUE;
    }
  /* a pipe may deliver less than a magic number at first */
  while (in->raw_end < 6 && in->fd >= 0 && !in->raw_eof)
    {
      gsize got = read_file (in, in->raw + in->raw_end, RAW_SIZE - in->raw_end);
      if (in->error)
        {
          g_propagate_error (error, g_steal_pointer (&in->error));
          return FALSE;
        }
      in->raw_eof = got == 0;
      in->raw_end += got;
      in->raw_read += got;
    }

  gsize n = in->raw_end;
  gboolean ok = TRUE;
  if (n >= 3 && memcmp (in->raw, "\x1f\x8b\x08", 3) == 0)
    {
      in->codec = CODEC_GZIP;
      ok = inflateInit2 (&in->gzip, 15 + 16) == Z_OK;
      in->between_frames = FALSE;
    }
  else if (n >= 4 && memcmp (in->raw, "\x28\xb5\x2f\xfd", 4) == 0)
    {
      in->codec = CODEC_ZSTD;
      in->zstd = ZSTD_createDCtx ();
      in->zstd_hint = ZSTD_FRAME_START;
      ok = in->zstd != NULL
           && !ZSTD_isError (
               ZSTD_DCtx_setParameter (in->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX));
      in->between_frames = FALSE;
    }
  else if (n >= 6
           && memcmp (in->raw,
                      "\xfd"
                      "7zXZ\0",
                      6)
                  == 0)
    {
      in->codec = CODEC_XZ;
      ok = lzma_stream_decoder (&in->xz, XZ_MEMORY_LIMIT, LZMA_CONCATENATED) == LZMA_OK;
      in->between_frames = FALSE;
    }
  if (!ok)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the decompressor could not be started");
  return ok;
}

static HvInput *
input_new (Input *in, GError **error)
{
  in->xz = (lzma_stream) LZMA_STREAM_INIT;
  in->raw = g_malloc (RAW_SIZE);
  in->window_size = WINDOW_SIZE;
  in->window = g_malloc (in->window_size + 1);
  in->window[0] = '\0';
  in->base.pos = in->base.end = in->window;
  if (start_codec (in, error))
    {
      if (in->codec == CODEC_NONE || hv_input_fill (&in->base, 1) || in->error || !in->cut_short)
        return &in->base;
      g_set_error (error, HV_ERROR, HV_ERROR_FORMAT,
                   "the compressed data are damaged (at byte 0 of the content)");
    }
  hv_input_free (&in->base);
  return NULL;
}

HvInput *
hv_input_open (const char *path, GError **error)
{
  Input *in = g_new0 (Input, 1);
  struct stat st;

  in->fd = strcmp (path, "-") == 0 ? dup (STDIN_FILENO) : open (path, O_RDONLY | O_CLOEXEC);
  if (in->fd < 0 || fstat (in->fd, &st) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s", g_strerror (errno));
      if (in->fd >= 0)
        close (in->fd);
      g_free (in);
      return NULL;
    }
  if (S_ISREG (st.st_mode))
    {
      in->file_size = (uint64_t) st.st_size;
      (void) posix_fadvise (in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
  return input_new (in, error);
}

HvInput *
hv_input_new_for_memory (const void *data, gsize size, GError **error)
{
  Input *in = g_new0 (Input, 1);

  in->fd = -1;
  in->memory = data;
  in->memory_size = in->file_size = size;
  return input_new (in, error);
}

void
hv_input_free (HvInput *input)
{
  Input *in = (Input *) input;

  if (in == NULL)
    return;
  if (in->fd >= 0)
    close (in->fd);
  if (in->codec == CODEC_GZIP)
    inflateEnd (&in->gzip);
  ZSTD_freeDCtx (in->zstd);
  lzma_end (&in->xz);
  g_clear_object (&in->cancellable);
  g_clear_error (&in->error);
  g_free (in->raw);
  g_free (in->window);
  g_free (in);
}

void
hv_input_watch (HvInput *input, GCancellable *cancellable, HvProgressFunc progress, gpointer user)
{
  Input *in = (Input *) input;

  g_set_object (&in->cancellable, cancellable);
  in->progress = progress;
  in->progress_user = user;
}

gboolean
hv_input_fill (HvInput *input, gsize need)
{
  Input *in = (Input *) input;
  gsize left = (gsize) (input->end - input->pos);

  if (left >= need)
    return TRUE;
  if (need > MAX_WINDOW)
    {
      if (in->error == NULL)
        g_set_error (&in->error, HV_ERROR, HV_ERROR_FORMAT,
                     "a line or text of more than %d MiB (at byte %" G_GUINT64_FORMAT ")",
                     MAX_WINDOW >> 20, hv_input_offset (input));
      return FALSE;
    }

  in->window_offset += (uint64_t) (input->pos - in->window);
  if (left && input->pos != in->window)
    memmove (in->window, input->pos, left);
  if (need > in->window_size)
    {
      in->window_size = MIN (MAX (need, in->window_size * 2), MAX_WINDOW);
      in->window = g_realloc (in->window, in->window_size + 1);
    }
  while (left < need && !in->eof)
    {
      gsize made = decode (in, in->window + left, in->window_size - left);
      if (made == 0)
        in->eof = TRUE;
      left += made;
    }
  input->pos = in->window;
  input->end = in->window + left;
  in->window[left] = '\0';
  return left >= need;
}

gboolean
hv_input_line (HvInput *input, const char **line, gsize *length)
{
  Input *in = (Input *) input;
  gsize scanned = 0;

  while (TRUE)
    {
      gsize left = (gsize) (input->end - input->pos);
      const char *newline = left > scanned ? memchr (input->pos + scanned, '\n', left - scanned)
                                           : NULL;
      if (newline)
        {
          *line = input->pos;
          *length = (gsize) (newline - input->pos);
          input->pos = newline + 1;
          in->lines++;
          return TRUE;
        }
      scanned = left;
      if (!hv_input_fill (input, left + 1))
        break;
    }
  *length = (gsize) (input->end - input->pos);
  if (*length == 0 || in->error)
    return FALSE;
  *line = input->pos;
  input->pos = input->end;
  in->lines++;
  in->ended_in_line = TRUE;
  return TRUE;
}

gboolean
hv_input_ended_in_line (const HvInput *input)
{
  return ((const Input *) input)->ended_in_line;
}

uint64_t
hv_input_offset (const HvInput *input)
{
  const Input *in = (const Input *) input;

  return in->window_offset + (uint64_t) (input->pos - in->window);
}

uint64_t
hv_input_line_number (const HvInput *input)
{
  return ((const Input *) input)->lines;
}

gboolean
hv_input_finish (HvInput *input, gboolean *cut_short, GError **error)
{
  Input *in = (Input *) input;

  *cut_short = in->cut_short;
  if (in->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (in->error));
  return FALSE;
}
