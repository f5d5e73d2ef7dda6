package io.qbull.ingest.file;

import io.qbull.model.Printable;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps files from being read until a person acts. Each problem is logged once, by file and cause, and the health check shows it for
 * as long as it lasts. Every poll and scan reports what it finds; what none of them has found for a while is over and forgotten, so that
 * it is logged again should it come back. Bounded; thread-safe.
 */
final class FileProblems {
    /** The most problems that are remembered; one line stands for all others. */
    static final int MOST = 1_000;

    /** Longer than the longest pause between two looks for the same problem, that of the check of claims. */
    static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(90);

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(10);
    private static final int LONGEST = 500;

    private static final Logger LOG = LoggerFactory.getLogger(FileProblems.class);

    private final LongSupplier clock;
    /** When each problem was reported last, in the order of the first reports. Guarded by this. */
    private final Map<Problem, Long> lasting = new LinkedHashMap<>();

    private long swept;
    private boolean full;

    /**
     * @param subject the file or folder
     * @param cause what is wrong and what a person can do
     */
    record Problem(String subject, String cause) {
        @Override
        public String toString() {
            return subject + " " + cause;
        }
    }

    /**
     * @param clock monotonic nanoseconds
     */
    FileProblems(LongSupplier clock) {
        this.clock = clock;
        this.swept = clock.getAsLong();
    }

    /**
     * @param subject the file or folder, as the line begins
     * @param cause what is wrong; the same text each time for the same problem
     */
    void report(String subject, String cause) {
        // Each is cut by itself: however long the name of a file is, the line says what is wrong with it.
        Problem problem = new Problem(Printable.of(subject, LONGEST), Printable.of(cause, LONGEST));
        switch (note(problem)) {
            case NEW -> LOG.warn("{}", problem);
            case FULL -> LOG.warn("more than {} files or folders need attention; no more are named", MOST);
            case KNOWN -> {}
        }
    }

    /** Why an operation on a file failed, without the names of files: the name of a claim is another one at each attempt. */
    static String reason(Exception failure) {
        String name = failure.getClass().getSimpleName();
        if (failure instanceof FileSystemException refused) {
            return refused.getReason() == null ? named(refused, name) : refused.getReason();
        }
        return failure.getMessage() == null ? name : failure.getMessage();
    }

    /** The JDK gives these no reason but their types. */
    private static String named(FileSystemException refused, String name) {
        return refused instanceof NoSuchFileException
                ? "no such file or folder"
                : refused instanceof AccessDeniedException
                        ? "access denied"
                        : refused instanceof FileAlreadyExistsException ? "a file is in the way" : name;
    }

    private enum Note {
        NEW,
        KNOWN,
        FULL
    }

    private synchronized Note note(Problem problem) {
        long now = clock.getAsLong();
        if (now - swept >= SWEEP_EVERY.toNanos()) {
            swept = now;
            sweep(now);
        }
        if (lasting.replace(problem, now) != null) {
            return Note.KNOWN;
        }
        if (lasting.size() < MOST) {
            full = false;
            lasting.put(problem, now);
            return Note.NEW;
        }
        boolean first = !full;
        full = true;
        return first ? Note.FULL : Note.KNOWN;
    }

    private void sweep(long now) {
        lasting.values().removeIf(reported -> now - reported > FORGOTTEN_AFTER.toNanos());
    }

    /**
     * @return the problems that last, oldest first
     */
    synchronized List<String> current() {
        sweep(clock.getAsLong());
        return lasting.keySet().stream().map(Problem::toString).toList();
    }
}
