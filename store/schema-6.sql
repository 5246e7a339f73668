-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which file was mapped, as stat() told of it there.
ALTER TABLE module ADD COLUMN device INTEGER;
ALTER TABLE module ADD COLUMN inode INTEGER;
