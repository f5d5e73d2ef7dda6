package io.qbull.ops.dead;

import io.qbull.model.DeadLetter;
import io.qbull.model.Job;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Selects dead letters. A letter must meet every condition that is given.
 *
 * @param id the job's id, or the letter's place
 * @param key the job's key
 * @param reason a part of the reason
 * @param since the earliest time of burial
 */
public record DeadFilter(
        @Nullable String id,
        @Nullable String key,
        @Nullable String reason,
        @Nullable Instant since) {
    /** Selects every letter. */
    public static final DeadFilter ALL = new DeadFilter(null, null, null, null);

    /**
     * @param letter a dead letter
     * @return whether it is selected
     */
    boolean fits(DeadLetter letter) {
        Job job = letter.job();
        DeadLetter.Burial burial = letter.burial();
        Long failedAt = burial.failedAtMillis();
        String why = burial.reason();
        return (id == null
                        || id.equals(letter.place().toString())
                        || (job != null && id.equals(job.id().value())))
                && (key == null || (job != null && key.equals(job.key())))
                && (reason == null || (why != null && why.contains(reason)))
                && (since == null || (failedAt != null && failedAt >= since.toEpochMilli()));
    }
}
