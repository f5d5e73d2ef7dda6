package io.qbull.ingest.file;

import com.github.f4b6a3.ulid.Ulid;
import com.github.f4b6a3.ulid.UlidCreator;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import org.jspecify.annotations.Nullable;

/**
 * A file that was claimed. It keeps its claimed name, which nothing else will ever have, wherever it goes.
 *
 * @param queue that takes its records
 * @param source its ULID
 * @param name that it came with
 */
record WorkFile(QueueName queue, SourceId source, String name) {
    private static final int ULID_LENGTH = 26;

    /** For a file that nobody has claimed yet. */
    static WorkFile of(QueueName queue, String name) {
        return new WorkFile(queue, new SourceId(UlidCreator.getMonotonicUlid().toString()), name);
    }

    /**
     * @param claimed name of a file in a folder of claimed ones
     * @return the file, or null if that is no name of ours
     */
    static @Nullable WorkFile parse(QueueName queue, String claimed) {
        if (claimed.length() < ULID_LENGTH + 2 || claimed.charAt(ULID_LENGTH) != '-') {
            return null;
        }
        String ulid = claimed.substring(0, ULID_LENGTH);
        return Ulid.isValid(ulid) ? new WorkFile(queue, new SourceId(ulid), claimed.substring(ULID_LENGTH + 1)) : null;
    }

    /** Its name from the claim on. */
    String claimed() {
        return source + "-" + name;
    }

    /** As log lines name it. */
    @Override
    public String toString() {
        return "queue=" + queue + " file=" + Printable.of(name) + " ulid=" + source;
    }
}
