/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decoder.h"

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

#define RAW_SIZE (256 * 1024)
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

struct HvDecoder
{
  int fd; /* -1: memory */
  gboolean regular;
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

  gboolean cut_short;
  GError *error;
  GCancellable *cancellable;
};

/* Until a pipe has something to read; FALSE when nobody waits for it any more (error). */
static gboolean
wait_for_bytes (HvDecoder *self)
{
  GPollFD fds[2] = { { .fd = self->fd, .events = G_IO_IN | G_IO_HUP | G_IO_ERR } };

  if (self->regular)
    return TRUE;
  gboolean watched = g_cancellable_make_pollfd (self->cancellable, &fds[1]);
  while (g_poll (fds, watched ? 2 : 1, -1) < 0 && errno == EINTR)
    ;
  if (watched)
    g_cancellable_release_fd (self->cancellable);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, &self->error);
}

/* Reads up to `size` bytes of the file; 0 at its end or on failure (error). */
static gsize
read_file (HvDecoder *self, uint8_t *out, gsize size)
{
  ssize_t got;

  do
    got = wait_for_bytes (self) ? read (self->fd, out, size) : -1;
  while (got < 0 && self->error == NULL && (errno == EINTR || errno == EAGAIN)
         && !g_cancellable_set_error_if_cancelled (self->cancellable, &self->error));
  if (got >= 0)
    return (gsize) got;
  if (self->error == NULL)
    g_set_error (&self->error, G_IO_ERROR, g_io_error_from_errno (errno), "%s", g_strerror (errno));
  return 0;
}

static gboolean
read_raw (HvDecoder *self)
{
  if (self->raw_pos < self->raw_end)
    return TRUE;
  if (self->raw_eof)
    return FALSE;

  gsize size;
  if (self->fd < 0)
    {
      size = MIN (self->memory_size, RAW_SIZE);
      if (size) /* self->memory may be NULL: an empty file */
        {
          memcpy (self->raw, self->memory, size);
          self->memory += size;
          self->memory_size -= size;
        }
    }
  else
    size = read_file (self, self->raw, RAW_SIZE);
  self->raw_pos = 0;
  self->raw_end = size;
  self->raw_read += size;
  self->raw_eof = size == 0;
  return size > 0;
}

static gsize
too_large (HvDecoder *self)
{
  g_set_error (&self->error, HV_ERROR, HV_ERROR_FORMAT,
               "decompressing it needs more than %u MiB of memory", XZ_MEMORY_LIMIT >> 20);
  return 0;
}

gsize
hv_decoder_read (HvDecoder *self, char *out, gsize size)
{
  while (TRUE)
    {
      /* A few raw bytes may expand to gigabytes: Cancel is looked at here, not at each read. */
      if (g_cancellable_set_error_if_cancelled (self->cancellable, &self->error))
        return 0;
      /* nothing to do to the bytes: they go where they belong */
      if (self->codec == CODEC_NONE && self->fd >= 0 && !self->raw_eof
          && self->raw_pos == self->raw_end && size >= RAW_SIZE)
        {
          gsize got = read_file (self, (uint8_t *) out, MIN (size, RAW_SIZE));
          self->raw_read += got;
          self->raw_eof = got == 0;
          return got;
        }
      /* At the end of the file a codec may still hold output that did not fit before. */
      gboolean more = read_raw (self);
      if (self->error || (!more && self->between_frames))
        return 0;

      gsize available = self->raw_end - self->raw_pos, made = 0;
      gsize before = self->raw_pos;
      switch (self->codec)
        {
        case CODEC_NONE:
          made = MIN (available, size);
          memcpy (out, self->raw + self->raw_pos, made);
          self->raw_pos += made;
          break;

        case CODEC_GZIP:
          {
            if (self->between_frames)
              {
                /* padding after the last member is no member */
                if (self->raw[self->raw_pos] != 0x1f)
                  return 0;
                if (inflateReset (&self->gzip) != Z_OK)
                  return 0;
                self->between_frames = FALSE;
              }
            self->gzip.next_in = self->raw + self->raw_pos;
            self->gzip.avail_in = (uInt) available;
            self->gzip.next_out = (Bytef *) out;
            self->gzip.avail_out = (uInt) size;
            int status = inflate (&self->gzip, Z_NO_FLUSH);
            made = size - self->gzip.avail_out;
            self->raw_pos = self->raw_end - self->gzip.avail_in;
            self->between_frames = status == Z_STREAM_END;
            if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR && made == 0)
              {
                self->cut_short = TRUE;
                return 0;
              }
            break;
          }

        case CODEC_ZSTD:
          {
            /* padding after the last frame is no frame: those begin with 28 b5 2f fd, skippable
             * ones with 5x 2a 4d 18 */
            if (self->between_frames && self->raw[self->raw_pos] != 0x28
                && (self->raw[self->raw_pos] & 0xf0) != 0x50)
              return 0;
            /* On damage the decompressor drops what the same call made before: it is given no more
             * than it asks for, one block. */
            ZSTD_inBuffer source = { self->raw + self->raw_pos, MIN (available, self->zstd_hint),
                                     0 };
            ZSTD_outBuffer target = { out, size, 0 };
            size_t status = ZSTD_decompressStream (self->zstd, &target, &source);
            if (ZSTD_isError (status))
              {
                if (ZSTD_getErrorCode (status) == ZSTD_error_frameParameter_windowTooLarge)
                  return too_large (self);
                self->cut_short = TRUE;
                return 0;
              }
            made = target.pos;
            self->raw_pos += source.pos;
            self->between_frames = status == 0;
            self->zstd_hint = status ? status : ZSTD_FRAME_START;
            break;
          }

        case CODEC_XZ:
          {
            self->xz.next_in = self->raw + self->raw_pos;
            self->xz.avail_in = available;
            self->xz.next_out = (uint8_t *) out;
            self->xz.avail_out = size;
            lzma_ret status = lzma_code (&self->xz, more ? LZMA_RUN : LZMA_FINISH);
            made = size - self->xz.avail_out;
            self->raw_pos = self->raw_end - self->xz.avail_in;
            self->between_frames = status == LZMA_STREAM_END;
            if (status == LZMA_STREAM_END)
              self->raw_eof = TRUE, self->raw_pos = self->raw_end;
            else if (status != LZMA_OK && made == 0)
              {
                if (status == LZMA_MEMLIMIT_ERROR)
                  return too_large (self);
                self->cut_short = TRUE;
                return 0;
              }
            break;
          }
        }
      if (made)
        return made;
      if (self->raw_pos == before && !self->between_frames)
        {
          /* neither read nor written: the data stop in the middle, or the codec is stuck on damage
           */
          self->cut_short = TRUE;
          return 0;
        }
    }
}

static gboolean
start_codec (HvDecoder *self, GError **error)
{
  self->between_frames = TRUE;
  if (!read_raw (self))
    {
      if (self->error)
        {
          g_propagate_error (error, g_steal_pointer (&self->error));
          return FALSE;
        }
      return TRUE;
    }
  /* a pipe may deliver less than a magic number at first */
  while (self->raw_end < 6 && self->fd >= 0 && !self->raw_eof)
    {
      gsize got = read_file (self, self->raw + self->raw_end, RAW_SIZE - self->raw_end);
      if (self->error)
        {
          g_propagate_error (error, g_steal_pointer (&self->error));
          return FALSE;
        }
      self->raw_eof = got == 0;
      self->raw_end += got;
      self->raw_read += got;
    }

  gsize n = self->raw_end;
  gboolean ok = TRUE;
  if (n >= 3 && memcmp (self->raw, "\x1f\x8b\x08", 3) == 0)
    {
      self->codec = CODEC_GZIP;
      ok = inflateInit2 (&self->gzip, 15 + 16) == Z_OK;
      self->between_frames = FALSE;
    }
  else if (n >= 4 && memcmp (self->raw, "\x28\xb5\x2f\xfd", 4) == 0)
    {
      self->codec = CODEC_ZSTD;
      self->zstd = ZSTD_createDCtx ();
      self->zstd_hint = ZSTD_FRAME_START;
      ok = self->zstd != NULL
           && !ZSTD_isError (
               ZSTD_DCtx_setParameter (self->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX));
      self->between_frames = FALSE;
    }
  else if (n >= 6
           && memcmp (self->raw,
                      "\xfd"
                      "7zXZ\0",
                      6)
                  == 0)
    {
      self->codec = CODEC_XZ;
      ok = lzma_stream_decoder (&self->xz, XZ_MEMORY_LIMIT, LZMA_CONCATENATED) == LZMA_OK;
      self->between_frames = FALSE;
    }
  if (!ok)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the decompressor could not be started");
  return ok;
}

static HvDecoder *
decoder_new (HvDecoder *self, GError **error)
{
  self->xz = (lzma_stream) LZMA_STREAM_INIT;
  self->raw = g_malloc (RAW_SIZE);
  if (start_codec (self, error))
    return self;
  hv_decoder_free (self);
  return NULL;
}

/* A pipe nobody writes to yet would keep who opens it from being cancelled: what is waited for are
 * its bytes. */
static int
open_file (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat st;

  if (fd >= 0 && fstat (fd, &st) == 0 && !S_ISFIFO (st.st_mode))
    (void) fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

HvDecoder *
hv_decoder_open (const char *path, GCancellable *cancellable, GError **error)
{
  HvDecoder *self = g_new0 (HvDecoder, 1);
  struct stat st;

  self->fd = strcmp (path, "-") == 0 ? dup (STDIN_FILENO) : open_file (path);
  if (self->fd < 0 || fstat (self->fd, &st) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s", g_strerror (errno));
      if (self->fd >= 0)
        close (self->fd);
      g_free (self);
      return NULL;
    }
  self->regular = S_ISREG (st.st_mode);
  hv_decoder_set_cancellable (self, cancellable);
  if (self->regular)
    {
      self->file_size = (uint64_t) st.st_size;
      (void) posix_fadvise (self->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
  return decoder_new (self, error);
}

HvDecoder *
hv_decoder_new_for_memory (const void *data, gsize size, GError **error)
{
  HvDecoder *self = g_new0 (HvDecoder, 1);

  self->fd = -1;
  self->regular = TRUE;
  self->memory = data;
  self->memory_size = self->file_size = size;
  return decoder_new (self, error);
}

void
hv_decoder_free (HvDecoder *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  if (self->codec == CODEC_GZIP)
    inflateEnd (&self->gzip);
  ZSTD_freeDCtx (self->zstd);
  lzma_end (&self->xz);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self->raw);
  g_free (self);
}

void
hv_decoder_set_cancellable (HvDecoder *self, GCancellable *cancellable)
{
  g_set_object (&self->cancellable, cancellable);
}

gboolean
hv_decoder_never_waits (const HvDecoder *self)
{
  return self->regular;
}

uint64_t
hv_decoder_get_position (const HvDecoder *self)
{
  return self->raw_read;
}

uint64_t
hv_decoder_get_size (const HvDecoder *self)
{
  return self->file_size;
}

gboolean
hv_decoder_is_compressed (const HvDecoder *self)
{
  return self->codec != CODEC_NONE;
}

gboolean
hv_decoder_is_cut_short (const HvDecoder *self)
{
  return self->cut_short;
}

const GError *
hv_decoder_get_error (const HvDecoder *self)
{
  return self->error;
}
