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
 * The folders through which files come in. A file waits in {@code inbox/QUEUE}. A rename to {@code .work} claims it. Once it is read
 * to its end it moves to {@code .done}, and its bad records lie in {@code .rejected}. Each move is one rename within one file system, so a
 * file is always in exactly one folder. Safe for any number of threads and pods.
 *
 * @param folder contains a folder for each queue
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
     * Creates missing folders.
     *
     * @param queues that have a folder
     */
    void prepare(Collection<QueueName> queues) throws IOException {
        for (QueueName queue : queues) {
            for (String part : List.of(WORK, DONE, REJECTED)) {
                Files.createDirectories(folder(queue, part));
            }
        }
    }

    /**
     * Tells this inbox from those of other machines, whatever path pods see it under.
     *
     * @return its id; the first call of all pods creates it
     */
    String id() throws IOException {
        Path file = folder.resolve(ID);
        if (!Files.exists(file)) {
            Path fresh = Files.createTempFile(folder, ID, ".tmp");
            Files.writeString(fresh, UlidCreator.getUlid().toString());
            try {
                // Unlike a rename, a link never replaces an id that another pod has created meanwhile.
                Files.createLink(file, fresh);
            } catch (FileAlreadyExistsException e) {
                // The other id counts.
            } finally {
                Files.delete(fresh);
            }
        }
        return Files.readString(file).strip();
    }

    /**
     * @param waiting a file in the folder of a queue
     * @return the file, which any pod may read now
     * @throws java.nio.file.NoSuchFileException if another pod was faster
     */
    WorkFile claim(QueueName queue, Path waiting) throws IOException {
        WorkFile file = WorkFile.of(queue, String.valueOf(waiting.getFileName()));
        makeFolder(work(file));
        Files.move(waiting, work(file), StandardCopyOption.ATOMIC_MOVE);
        return file;
    }

    /**
     * @param queue that the files are for
     * @return its claimed files, oldest first
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

    /** The file was read to its end. After the return no crash of the machine brings it back. */
    void finish(WorkFile file) throws IOException {
        makeFolder(done(file));
        Files.move(work(file), done(file), StandardCopyOption.ATOMIC_MOVE);
        sync(file.queue());
    }

    /**
     * @param queue that the file is for
     * @param source its ULID
     * @param name before the claim
     * @return where it is
     */
    public Place find(QueueName queue, SourceId source, String name) {
        WorkFile file = new WorkFile(queue, source, name);
        // In the order of its moves, so that a move meanwhile cannot hide it.
        if (Files.exists(work(file))) {
            return Place.WORK;
        }
        return Files.exists(done(file)) ? Place.DONE : Place.NOWHERE;
    }

    /**
     * Makes the renames in the folders of a queue durable. Without this a power cut could bring a file back under its old name after
     * its records were added, and they would be added again.
     */
    void sync(QueueName queue) {
        for (Path each : List.of(folder(queue, DONE), folder(queue, WORK), folder.resolve(queue.value()))) {
            try (FileChannel channel = FileChannel.open(each, StandardOpenOption.READ)) {
                channel.force(true);
            } catch (IOException e) {
                // A system that cannot open folders offers no other way to sync them.
            }
        }
    }

    /** The folder of a queue's claimed files. */
    Path work(QueueName queue) {
        return folder(queue, WORK);
    }

    Path work(WorkFile file) {
        return work(file.queue()).resolve(file.claimed());
    }

    Path done(WorkFile file) {
        return folder(file.queue(), DONE).resolve(file.claimed());
    }

    Path rejected(WorkFile file) {
        return folder(file.queue(), REJECTED).resolve(file.claimed());
    }

    /** Its name is short, whatever the length of the file's name. */
    Path rejectedDraft(WorkFile file) {
        return folder(file.queue(), REJECTED).resolve(file.source() + ".part");
    }

    /** Creates the folder of a file again: a person who empties a folder may remove it altogether. */
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
