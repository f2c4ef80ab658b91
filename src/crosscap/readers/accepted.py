"""What a data set may hold: the names of its splits, and the kinds and sizes of its photos."""

SPLITS = ("train", "val", "test")
FORMATS = ("JPEG", "PNG")  # of photos, whatever the file is called
LARGEST_PHOTO = 25_000_000  # pixels; a file of a few kilobytes can claim gigabytes of them
