package io.qbull.ingest.file;

import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims the files that the route finds. Remembers which claims are this pod's own. Thread-safe. */
final class FileClaimer {
    private static final Logger LOG = LoggerFactory.getLogger(FileClaimer.class);

    /** Claims that are remembered before any is checked. */
    static final int MOST = 200;

    /** What is said of a file that cannot be claimed for what it is. */
    static final String UNUSABLE = "stays where it is: it must be a regular file that this pod may read and write";

    private final Inbox inbox;
    private final Set<QueueName> queues;
    private final FileProblems problems;
    private final WaitingFiles waitingFiles;
    private final Map<SourceId, Claimed> claimedHere = new ConcurrentHashMap<>();
    /** From so many on, files that another pod has read to their end are forgotten; grows with what remains. */
    private final AtomicInteger most = new AtomicInteger(MOST);

    private record Claimed(WorkFile file, Stillness stillness) {}

    /**
     * @param inbox the folders of the files
     * @param queues that have a folder
     * @param problems takes what keeps a file from being claimed
     * @param waitingFiles tell which files are complete
     */
    FileClaimer(Inbox inbox, Set<QueueName> queues, FileProblems problems, WaitingFiles waitingFiles) {
        this.inbox = inbox;
        this.queues = queues;
        this.problems = problems;
        this.waitingFiles = waitingFiles;
    }

    /**
     * @param waiting a file in the folder of a queue
     * @return whether this pod has claimed it; if not, it may still change, or the log says why
     */
    boolean claim(Path waiting) {
        QueueName queue = queueOf(waiting);
        if (queue == null || !usable(waiting)) {
            return false;
        }
        try {
            Stillness stillness = waitingFiles.look(waiting);
            if (stillness == null) {
                return false;
            }
            WorkFile file = inbox.claim(queue, waiting);
            waitingFiles.forget(waiting);
            remember(file, stillness);
            LOG.info("{} is claimed", file);
            return true;
        } catch (IOException e) {
            failed(waiting, e);
        }
        return false;
    }

    private void failed(Path waiting, IOException why) {
        if (why instanceof NoSuchFileException && Files.notExists(waiting, LinkOption.NOFOLLOW_LINKS)) {
            waitingFiles.forget(waiting);
            LOG.debug("another pod has claimed {}", Printable.of(waiting.toString()));
            return;
        }
        String name = String.valueOf(waiting.getFileName());
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        problems.report(
                waiting.toString(),
                "stays where it is: it cannot be moved to .work: " + FileProblems.reason(why)
                        + (length > WorkFile.LONGEST_NAME
                                ? "; its name has " + length + " bytes, the longest may have " + WorkFile.LONGEST_NAME
                                : ""));
    }

    /** How a file stood still that this pod itself claimed; null for another pod's, and when it was asked before. */
    @Nullable
    Stillness takeClaimedHere(SourceId source) {
        Claimed claimed = claimedHere.remove(source);
        return claimed == null ? null : claimed.stillness();
    }

    /**
     * @return how many claims of this pod nobody has asked for
     */
    int remembered() {
        return claimedHere.size();
    }

    private void remember(WorkFile file, Stillness stillness) {
        if (claimedHere.size() >= most.get()) {
            claimedHere.values().removeIf(claimed -> !Files.exists(inbox.work(claimed.file())));
            most.set(Math.max(MOST, 2 * claimedHere.size()));
        }
        claimedHere.put(file.source(), new Claimed(file, stillness));
    }

    private boolean usable(Path waiting) {
        boolean usable = Files.isRegularFile(waiting, LinkOption.NOFOLLOW_LINKS)
                && Files.isReadable(waiting)
                && Files.isWritable(waiting);
        if (!usable && Files.exists(waiting, LinkOption.NOFOLLOW_LINKS)) {
            problems.report(waiting.toString(), UNUSABLE);
            return false;
        }
        // A file that is gone was claimed by another pod: the rename finds out.
        return true;
    }

    private @Nullable QueueName queueOf(Path waiting) {
        String folder = waiting.getParent() == null
                ? ""
                : String.valueOf(waiting.getParent().getFileName());
        for (QueueName queue : queues) {
            if (queue.value().equals(folder)) {
                return queue;
            }
        }
        // A scan reports the folder.
        return null;
    }
}
