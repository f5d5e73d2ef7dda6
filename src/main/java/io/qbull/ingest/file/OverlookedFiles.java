package io.qbull.ingest.file;

import io.qbull.model.QueueName;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * Looks for files that the route passes over: those that lie in the wrong folder, and those whose names it cannot address. The route
 * handles names as text, in which a backslash separates folders, and which cannot carry bytes of another encoding. Used by the
 * thread of the scans.
 */
final class OverlookedFiles {
    private final Inbox inbox;
    private final Set<QueueName> queues;
    private final FileProblems problems;

    OverlookedFiles(Inbox inbox, Set<QueueName> queues, FileProblems problems) {
        this.inbox = inbox;
        this.queues = queues;
        this.problems = problems;
    }

    /** Reports what there is now. */
    void check() {
        each(inbox.folder(), this::besideQueues);
        for (QueueName queue : queues) {
            each(inbox.folder().resolve(queue.value()), this::inQueue);
            each(inbox.work(queue), this::addressable);
        }
    }

    private void besideQueues(Path path) {
        if (leftAlone(path)) {
            return;
        }
        if (!Files.isDirectory(path)) {
            problems.report(
                    path.toString(),
                    "stays where it is: it must lie in the folder of a queue, not beside such folders");
        } else if (queues.stream().noneMatch(queue -> queue.value().equals(name(path))) && hasFile(path)) {
            problems.report("the files in " + path, "stay where they are: this pod has no such queue");
        }
    }

    private void inQueue(Path path) {
        if (leftAlone(path)) {
            return;
        }
        if (Files.isDirectory(path)) {
            if (hasFile(path)) {
                problems.report(
                        "the files in " + path,
                        "stay where they are: they must lie in the folder of the queue itself, not deeper");
            }
        } else if (addressable(path) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            problems.report(path.toString(), FileClaimer.UNUSABLE);
        }
    }

    /** Whether the route and a claim can name a file as text; otherwise reports it. */
    private boolean addressable(Path path) {
        String cause = null;
        if (name(path).indexOf('\\') >= 0) {
            cause = "its name has a backslash, which separates folders elsewhere";
        } else if (name(path).endsWith(".camelLock")) {
            cause = "its name ends in .camelLock, as the marks of a Camel route that watches a folder do";
        } else if (!survives(path)) {
            cause = "its name has bytes that are not text in " + System.getProperty("sun.jnu.encoding")
                    + ", the encoding of this pod's locale";
        }
        if (cause != null) {
            problems.report(path.toString(), "stays where it is: " + cause + "; rename it");
        }
        return cause == null;
    }

    private static boolean survives(Path path) {
        try {
            return path.toFile().toPath().equals(path);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** As the route does. */
    private static boolean leftAlone(Path path) {
        String name = name(path).toLowerCase(Locale.ROOT);
        return name.startsWith(".") || name.endsWith(".part") || name.endsWith(".tmp");
    }

    private static boolean hasFile(Path folder) {
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder, path -> !leftAlone(path))) {
            for (Path path : paths) {
                if (!Files.isDirectory(path)) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Not a folder of ours: nobody reads it anyway.
        }
        return false;
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private interface Look {
        void at(Path path);
    }

    private void each(Path folder, Look look) {
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            paths.forEach(look::at);
        } catch (IOException | DirectoryIteratorException e) {
            problems.report("the folder " + folder, "cannot be listed: " + FileProblems.reason(e));
        }
    }
}
