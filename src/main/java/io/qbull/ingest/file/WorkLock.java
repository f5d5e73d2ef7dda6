package io.qbull.ingest.file;

import io.qbull.model.Printable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to read a claimed file: a lock of the operating system, which releases it however the process dies. The file is read
 * through the channel of the lock alone, because most systems release a process's lock when that process closes the file anywhere.
 */
final class WorkLock implements AutoCloseable {
    /** The files that this process has open, so that it opens and closes none of them a second time. */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private static final Logger LOG = LoggerFactory.getLogger(WorkLock.class);

    private final Path path;
    private final FileChannel channel;

    private WorkLock(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * @param file a claimed file
     * @return the lock, or null if another process or thread has it or the file is gone
     */
    static @Nullable WorkLock take(Path file) throws IOException {
        Path path;
        try {
            path = file.toRealPath();
        } catch (NoSuchFileException e) {
            return null;
        }
        if (!OPEN.add(path)) {
            return null;
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            // The previous holder may have finished the file after it was opened here.
            taken = lock != null && Files.exists(path);
            return taken ? new WorkLock(path, channel) : null;
        } catch (NoSuchFileException | OverlappingFileLockException e) {
            return null;
        } finally {
            if (!taken) {
                if (channel != null) {
                    channel.close();
                }
                OPEN.remove(path);
            }
        }
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("{} cannot be closed: {}", Printable.of(path.toString()), Printable.of(e.toString()));
        } finally {
            OPEN.remove(path);
        }
    }
}
