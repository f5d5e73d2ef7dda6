package io.qbull.ingest.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What a file looked like at one moment. The modification time comes from a clock that is not this pod's, or from whoever wrote the
 * file, so it is only ever compared with the time of another look at the same file.
 *
 * @param size in bytes
 * @param modified as the file system says
 * @param identity tells the file from another one of the same name; null where the file system cannot
 */
record FileLook(long size, FileTime modified, @Nullable Object identity) {
    static FileLook at(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new FileLook(now.size(), now.lastModifiedTime(), now.fileKey());
    }
}
