package io.qbull.ingest.file;

import com.github.f4b6a3.ulid.UlidCreator;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folders through which files come in. In {@code inbox/QUEUE} a file waits; a rename to {@code .work} claims it; when it is read to its
 * end it moves to {@code .done}, and its bad records lie in {@code .rejected}. Each move is one rename within one file system, so a
 * file is in exactly one of them, whatever happens. Thread-safe, also among pods.
 *
 * @param folder has a folder for each queue
 */
public record Inbox(Path folder) {
    private static final String WORK = ".work";
    private static final String DONE = ".done";
    private static final String REJECTED = ".rejected";
    private static final String ID = ".id";

    /** Where a claimed file is. */
    public enum Place {
        /** Claimed and not read to its end. */
        WORK,
        /** Read to its end. */
        DONE,
        /** Not in this inbox. */
        NOWHERE
    }

    /**
     * Makes the folders that are missing.
     *
     * @param queues that have one
     */
    void prepare(Collection<QueueName> queues) throws IOException {
        for (QueueName queue : queues) {
            for (String part : List.of(WORK, DONE, REJECTED)) {
                Files.createDirectories(folder(queue, part));
            }
        }
    }

    /**
     * What tells this inbox from those of other machines, under whatever path pods see it.
     *
     * @return its id, made by whoever asks first
     */
    String id() throws IOException {
        Path file = folder.resolve(ID);
        if (!Files.exists(file)) {
            Path fresh = Files.createTempFile(folder, ID, ".tmp");
            Files.writeString(fresh, UlidCreator.getUlid().toString());
            try {
                // Unlike a rename, a link never replaces what another pod has made meanwhile.
                Files.createLink(file, fresh);
            } catch (FileAlreadyExistsException e) {
                // That one counts.
            } finally {
                Files.delete(fresh);
            }
        }
        return Files.readString(file).strip();
    }

    /**
     * @param waiting a file that waits in the folder of a queue
     * @return the file, now this pod's or any other's to read
     * @throws java.nio.file.NoSuchFileException if another pod was quicker
     */
    WorkFile claim(QueueName queue, Path waiting) throws IOException {
        WorkFile file = WorkFile.of(queue, String.valueOf(waiting.getFileName()));
        Files.move(waiting, work(file), StandardCopyOption.ATOMIC_MOVE);
        return file;
    }

    /**
     * @param queue whose claimed files
     * @return them, oldest first
     */
    List<WorkFile> claimed(QueueName queue) throws IOException {
        List<WorkFile> files = new ArrayList<>();
        try (Stream<Path> paths = Files.list(folder(queue, WORK))) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                WorkFile file = WorkFile.parse(queue, String.valueOf(path.getFileName()));
                if (file != null && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    files.add(file);
                }
            }
        }
        files.sort(Comparator.comparing(file -> file.source().value()));
        return files;
    }

    /** The file was read to its end. On return no crash of the machine brings it back. */
    void finish(WorkFile file) throws IOException {
        makeFolder(done(file));
        Files.move(work(file), done(file), StandardCopyOption.ATOMIC_MOVE);
        sync(file.queue());
    }

    /**
     * @param queue whose file
     * @param source its ULID
     * @param name that it came with
     * @return where it is
     */
    public Place find(QueueName queue, SourceId source, String name) {
        WorkFile file = new WorkFile(queue, source, name);
        // In the order in which it moves, so that it is not missed on its way.
        if (Files.exists(work(file))) {
            return Place.WORK;
        }
        return Files.exists(done(file)) ? Place.DONE : Place.NOWHERE;
    }

    /**
     * Makes the renames in the folders of a queue last. Without it a power cut could bring a file back under its old name after
     * its records were added, and they would be added again.
     */
    void sync(QueueName queue) {
        for (Path each : List.of(folder(queue, DONE), folder(queue, WORK), folder.resolve(queue.value()))) {
            try (FileChannel channel = FileChannel.open(each, StandardOpenOption.READ)) {
                channel.force(true);
            } catch (IOException e) {
                // A system that cannot open a folder keeps its renames in order by itself, or cannot be made to.
            }
        }
    }

    Path work(WorkFile file) {
        return folder(file.queue(), WORK).resolve(file.claimed());
    }

    Path done(WorkFile file) {
        return folder(file.queue(), DONE).resolve(file.claimed());
    }

    Path rejected(WorkFile file) {
        return folder(file.queue(), REJECTED).resolve(file.claimed());
    }

    /** With a name as short as that of the file may be long. */
    Path rejectedDraft(WorkFile file) {
        return folder(file.queue(), REJECTED).resolve(file.source() + ".part");
    }

    /** Somebody who empties a folder may remove it as a whole. */
    static void makeFolder(Path file) throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
    }

    private Path folder(QueueName queue, String part) {
        return folder.resolve(queue.value()).resolve(part);
    }
}
