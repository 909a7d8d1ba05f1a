/* What an AppImage of micrograd-gui begins with: it unpacks what follows it, once, and starts that.
 *
 * An AppImage is a program with a squashfs image behind it. This one needs neither FUSE nor anything else of the
 * system: the image is unpacked into the user's cache ($XDG_CACHE_HOME/micrograd-gui/NAME), where the next start finds
 * it; NAME tells size and time of the AppImage. `--appimage-extract` unpacks it into squashfs-root, and
 * `--appimage-offset` prints where the image begins, as other AppImages do.
 *
 *     cc -O2 -static -D_FILE_OFFSET_BITS=64 -o runtime appimage_runtime.c -lsquashfuse -lz -lzstd -llzma -llz4
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <squashfuse/squashfuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* squashfuse asks for LZO, whose license is another; no image of ours is packed so. */
int lzo1x_decompress_safe(const unsigned char *in, size_t size, unsigned char *out, size_t *room, void *more) {
    (void)in, (void)size, (void)out, (void)room, (void)more;
    return -1;
}

static void fail(const char *what, const char *name) {
    fprintf(stderr, "micrograd-gui: %s %s: %s.\n", what, name, strerror(errno));
    exit(1);
}

/* Where the image begins: behind the last part of this program. */
static size_t image_offset(int fd) {
    Elf64_Ehdr head;
    if (pread(fd, &head, sizeof head, 0) != sizeof head) fail("cannot read", "itself");
    return head.e_shoff + (size_t)head.e_shentsize * head.e_shnum;
}

static void copy_file(sqfs *fs, sqfs_inode *inode, const char *path) {
    static char block[1 << 20];
    int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, inode->base.mode & 0777);
    if (out < 0) fail("cannot write", path);
    for (sqfs_off_t at = 0; at < (sqfs_off_t)inode->xtra.reg.file_size;) {
        sqfs_off_t size = sizeof block;
        if (sqfs_read_range(fs, inode, at, &size, block)) fail("cannot unpack", path);
        if (size <= 0) break;
        if (write(out, block, size) != size) fail("cannot write", path);
        at += size;
    }
    close(out);
}

static void unpack(int fd, size_t offset, const char *folder) {
    sqfs fs;
    sqfs_traverse trv;
    sqfs_err err;
    char path[PATH_MAX], target[PATH_MAX];
    if (sqfs_init(&fs, fd, offset)) fail("cannot read the image in", "itself");
    if (sqfs_traverse_open(&trv, &fs, sqfs_inode_root(&fs))) fail("cannot read the image in", "itself");
    while (sqfs_traverse_next(&trv, &err)) {
        sqfs_inode inode;
        if (trv.dir_end) continue;
        snprintf(path, sizeof path, "%s/%s", folder, trv.path);
        if (sqfs_inode_get(&fs, &inode, sqfs_dentry_inode(&trv.entry))) fail("cannot unpack", path);
        if (S_ISDIR(inode.base.mode)) {
            if (mkdir(path, 0755) && errno != EEXIST) fail("cannot make", path);
        } else if (S_ISLNK(inode.base.mode)) {
            size_t size = sizeof target;
            if (sqfs_readlink(&fs, &inode, target, &size)) fail("cannot unpack", path);
            unlink(path);
            if (symlink(target, path)) fail("cannot make", path);
        } else if (S_ISREG(inode.base.mode)) {
            copy_file(&fs, &inode, path);
        }
    }
    if (err) fail("cannot unpack", folder);
}

static void make_folders(char *path) {
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        mkdir(path, 0700);
        *at = '/';
    }
    if (mkdir(path, 0700) && errno != EEXIST) fail("cannot make", path);
}

int main(int argc, char **argv) {
    char self[PATH_MAX], cache[PATH_MAX], folder[PATH_MAX], part[PATH_MAX + 32], start[PATH_MAX + 8];
    struct stat there;
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length >= 0) self[length] = 0;
    else if (!strchr(argv[0], '/') || !realpath(argv[0], self)) fail("cannot find", "itself");  // no /proc here
    int fd = open(self, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &there)) fail("cannot read", self);
    size_t offset = image_offset(fd);
    if (argc > 1 && !strcmp(argv[1], "--appimage-offset")) return printf("%zu\n", offset) < 0;
    if (argc > 1 && !strcmp(argv[1], "--appimage-extract")) {
        if (mkdir("squashfs-root", 0755) && errno != EEXIST) fail("cannot make", "squashfs-root");
        unpack(fd, offset, "squashfs-root");
        return 0;
    }
    const char *home = getenv("HOME"), *named = getenv("XDG_CACHE_HOME");
    if (named && *named == '/') snprintf(cache, sizeof cache, "%s", named);
    else if (home && *home == '/') snprintf(cache, sizeof cache, "%s/.cache", home);
    else snprintf(cache, sizeof cache, "/tmp/micrograd-gui-%d", (int)getuid());
    if (snprintf(folder, sizeof folder, "%s/micrograd-gui/%lld-%lld", cache, (long long)there.st_size,
                 (long long)there.st_mtime) >= (int)sizeof folder) fail("too long a name for", "its cache");
    if (access(folder, F_OK)) { /* whole or not at all: two that start at once do not disturb each other */
        snprintf(part, sizeof part, "%s.%d", folder, (int)getpid());
        make_folders(part);
        unpack(fd, offset, part);
        if (rename(part, folder) && access(folder, F_OK)) fail("cannot make", folder);
    }
    setenv("APPIMAGE", self, 1);
    setenv("APPDIR", folder, 1);
    snprintf(start, sizeof start, "%s/AppRun", folder);
    argv[0] = start;
    execv(start, argv);
    fail("cannot start", start);
}
