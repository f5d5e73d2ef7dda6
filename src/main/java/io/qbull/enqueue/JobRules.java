package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.Due;
import io.qbull.model.NewJob;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The rules that a job must keep to be added. Pure. */
final class JobRules {
    private static final int UNPAIRED = -1;

    private JobRules() {}

    /**
     * @param job a job
     * @param settings with the limits
     * @param now the time
     * @return the rule that the job breaks, without its content; null if it breaks none
     */
    static @Nullable String broken(NewJob job, EnqueueSettings settings, Instant now) {
        if (job.body().length > settings.maxBodySize()) {
            return "body (" + job.body().length + " bytes) must be at most maxBodySize (" + settings.maxBodySize()
                    + " bytes)";
        }
        long keyBytes = utf8Length(job.key());
        if (keyBytes == UNPAIRED) {
            return "key must be text that UTF-8 can carry: it has an unpaired surrogate";
        }
        if (keyBytes > settings.maxKeyLength()) {
            return "key (" + keyBytes + " bytes of UTF-8) must be at most maxKeyLength (" + settings.maxKeyLength()
                    + " bytes)";
        }
        if (utf8Length(job.id().value()) == UNPAIRED) {
            return "job id must be text that UTF-8 can carry: it has an unpaired surrogate";
        }
        Due due = job.due();
        String late = due == null ? "" : due.broken(now);
        return late.isEmpty() ? null : late;
    }

    /**
     * Counted here because the encoders of the JDK replace what they cannot encode, which would make one key out of two.
     *
     * @return bytes of UTF-8, or {@link #UNPAIRED}
     */
    private static long utf8Length(String text) {
        long bytes = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c)
                    && at + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(at + 1))) {
                bytes += 4;
                at++;
            } else {
                return UNPAIRED;
            }
        }
        return bytes;
    }
}
