package io.qbull.ingest.file;

import com.github.f4b6a3.ulid.Ulid;
import com.github.f4b6a3.ulid.UlidCreator;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import org.jspecify.annotations.Nullable;

/**
 * A claimed file. It keeps its claimed name, which is unique for ever, in each folder it moves to.
 *
 * @param queue that takes its records
 * @param source its ULID
 * @param name before the claim
 */
record WorkFile(QueueName queue, SourceId source, String name) {
    private static final int ULID_LENGTH = 26;

    /** The longest name in bytes that a file can have before its claim, as most file systems allow 255. */
    static final int LONGEST_NAME = 255 - ULID_LENGTH - 1;

    /** For a file that is about to be claimed. */
    static WorkFile of(QueueName queue, String name) {
        return new WorkFile(queue, new SourceId(UlidCreator.getMonotonicUlid().toString()), name);
    }

    /**
     * @param claimed name of a file in a folder of claimed files
     * @return the file, or null if the name is not one that a claim gives
     */
    static @Nullable WorkFile parse(QueueName queue, String claimed) {
        if (claimed.length() < ULID_LENGTH + 2 || claimed.charAt(ULID_LENGTH) != '-') {
            return null;
        }
        String ulid = claimed.substring(0, ULID_LENGTH);
        return Ulid.isValid(ulid) ? new WorkFile(queue, new SourceId(ulid), claimed.substring(ULID_LENGTH + 1)) : null;
    }

    /** Its name since the claim. */
    String claimed() {
        return source + "-" + name;
    }

    /** As log lines show it. */
    @Override
    public String toString() {
        return "queue=" + queue + " file=" + Printable.of(name) + " ulid=" + source;
    }
}
